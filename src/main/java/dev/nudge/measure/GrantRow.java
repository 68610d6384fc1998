package dev.nudge.measure;

import java.util.Map;

/**
 * A grant and who got it, for what is asked of customers and not of steps.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version its version
 * @param variant the variant; {@code CONTROL} for who was held back
 * @param customerId the customer
 * @param grantId the grant
 * @param atMillis the decision, epoch milliseconds
 * @param primaryMillis the window that the campaign is judged by, in milliseconds
 * @param attributes the customer's declared attributes as of the decision, by name
 * @param inputs how many inputs of the customer had been applied: the version of the row
 */
public record GrantRow(
    String tenant,
    String campaign,
    int version,
    String variant,
    String customerId,
    String grantId,
    long atMillis,
    long primaryMillis,
    Map<String, String> attributes,
    long inputs) {}
