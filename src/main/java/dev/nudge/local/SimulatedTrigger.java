package dev.nudge.local;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.nudge.event.Units;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A trigger as a gateway reads it from the topic: what it needs to know and nothing else.
 *
 * @param id the trigger's id
 * @param tenant the brand
 * @param customerId the customer
 * @param campaign the campaign
 * @param variant which of its contents
 * @param channel the channel
 * @param grantId the grant
 * @param resource what the customer gets, or null
 * @param recommendations ids of products, the best first
 * @param notBeforeMillis the decision, epoch milliseconds
 * @param expiresMillis from when it is not to be sent any more
 */
record SimulatedTrigger(
    String id,
    String tenant,
    String customerId,
    String campaign,
    String variant,
    String channel,
    String grantId,
    Resource resource,
    List<String> recommendations,
    long notBeforeMillis,
    long expiresMillis) {

  /**
   * What the customer gets.
   *
   * @param kind {@code COUPON}, {@code RED_PACKET}, {@code POINTS} or {@code GIFT}
   * @param type the shop's name of it, or null
   * @param amountUnits in ten-thousandths
   * @param claimFromMillis from when it can be claimed, or null for at once
   * @param claimToMillis when it lapses unless claimed, null where it need not be
   * @param validForMillis how long it can be used once held, or null
   * @param validUntilMillis until when it can be used, or null
   * @param thresholdUnits the least amount of an order that uses it; 0 for any
   * @param category a category that the order must have, or null
   * @param productId a product that the order must have, or null
   * @param storeId the store where it must be placed, or null
   */
  record Resource(
      String kind,
      String type,
      long amountUnits,
      Long claimFromMillis,
      Long claimToMillis,
      Long validForMillis,
      Long validUntilMillis,
      long thresholdUnits,
      String category,
      String productId,
      String storeId) {

    /** Whether it is used with an order; points are not. */
    boolean isUsedWithAnOrder() {
      return !kind.equals("POINTS");
    }

    /** From when it can't be used any more; {@link Long#MAX_VALUE} for never. */
    long endMillis(long heldMillis) {
      if (validUntilMillis != null) {
        return validUntilMillis;
      }
      return validForMillis == null ? Long.MAX_VALUE : heldMillis + validForMillis;
    }
  }

  /** The wire's field names. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Wire(
      String id,
      String tenant,
      String customerId,
      String campaign,
      String variant,
      String channel,
      String grantId,
      WireResource resource,
      List<String> recommendations,
      String notBefore,
      String expires) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record WireResource(
      String kind,
      String type,
      String amount,
      WireClaim claim,
      String validFor,
      String validUntil,
      WireThreshold threshold) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record WireClaim(String from, String to) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record WireThreshold(
      String amount, List<String> categories, List<String> products, List<String> stores) {}

  private static final ObjectReader READER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readerFor(Wire.class);

  /**
   * Reads a trigger.
   *
   * @throws IllegalArgumentException if it is none, saying why
   */
  static SimulatedTrigger read(byte[] value) {
    Wire wire;
    try {
      wire = READER.readValue(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a trigger: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("not a trigger: " + e.getMessage(), e);
    }
    try {
      return new SimulatedTrigger(
          required("id", wire.id()),
          required("tenant", wire.tenant()),
          required("customerId", wire.customerId()),
          required("campaign", wire.campaign()),
          wire.variant() == null ? "" : wire.variant(),
          required("channel", wire.channel()),
          wire.grantId(),
          resource(wire.resource()),
          wire.recommendations() == null ? List.of() : List.copyOf(wire.recommendations()),
          millis(required("notBefore", wire.notBefore())),
          wire.expires() == null ? Long.MAX_VALUE : millis(wire.expires()));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("not a trigger: " + e.getMessage(), e);
    }
  }

  private static Resource resource(WireResource wire) {
    if (wire == null) {
      return null;
    }
    WireClaim claim = wire.claim();
    WireThreshold threshold = wire.threshold();
    return new Resource(
        required("resource.kind", wire.kind()),
        wire.type(),
        units(required("resource.amount", wire.amount())),
        claim == null ? null : millis(claim.from()),
        claim == null ? null : millis(required("resource.claim.to", claim.to())),
        wire.validFor() == null ? null : Duration.parse(wire.validFor()).toMillis(),
        millis(wire.validUntil()),
        threshold == null || threshold.amount() == null ? 0 : units(threshold.amount()),
        threshold == null ? null : first(threshold.categories()),
        threshold == null ? null : first(threshold.products()),
        threshold == null ? null : first(threshold.stores()));
  }

  private static String required(String name, String value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  private static Long millis(String iso) {
    return iso == null ? null : Long.valueOf(Instant.parse(iso).toEpochMilli());
  }

  private static long units(String decimal) {
    return Units.of(new BigDecimal(decimal));
  }

  private static String first(List<String> strings) {
    return strings == null || strings.isEmpty() ? null : strings.get(0);
  }
}
