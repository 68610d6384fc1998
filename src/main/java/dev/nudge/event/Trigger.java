package dev.nudge.event;

import java.util.List;
import java.util.Map;

/**
 * What a gateway is told: to whom, what, by which channel, from when and until when.
 *
 * @param id the same for the same trigger, however often it is computed
 * @param tenant the brand
 * @param customerId the customer
 * @param campaign the campaign
 * @param version its version
 * @param variant which of its contents
 * @param channel the channel
 * @param position where on the page, or null
 * @param grantId the grant; a second trigger after a failed delivery has the same
 * @param resource what the customer gets, or null
 * @param content the content's fields with everything filled in, by name
 * @param recommendations ids of products, the best first
 * @param moment the moment's id
 * @param notBeforeMillis the decision, epoch milliseconds
 * @param expiresMillis from when it is not to be sent any more, epoch milliseconds
 */
public record Trigger(
    String id,
    String tenant,
    String customerId,
    String campaign,
    int version,
    String variant,
    String channel,
    String position,
    String grantId,
    GrantedResource resource,
    Map<String, String> content,
    List<String> recommendations,
    String moment,
    long notBeforeMillis,
    long expiresMillis) {

  /** The id of a trigger. */
  public static String id(
      String tenant,
      String campaign,
      int version,
      String customerId,
      String moment,
      String channel) {
    return Identity.of(tenant, campaign, Integer.toString(version), customerId, moment, channel);
  }
}
