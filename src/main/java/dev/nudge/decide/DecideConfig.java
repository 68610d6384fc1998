package dev.nudge.decide;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How decisions are made.
 *
 * @param arbitrationMillis how long the first due candidate of a customer waits for others
 * @param shards into how many parts a tenant's customers and totals are split; state of one number
 *     can't be taken over by another
 * @param receiptTimeoutMillis how long after a trigger its coupon waits for a receipt
 * @param receipts how it is known that a trigger was sent
 * @param endOfTimeMillis the world ends there, epoch milliseconds, and what is open says so; {@link
 *     Long#MAX_VALUE} where time does not end
 */
public record DecideConfig(
    long arbitrationMillis,
    int shards,
    long receiptTimeoutMillis,
    Receipts receipts,
    long endOfTimeMillis)
    implements Serializable {

  /** How it is known that a trigger was sent. */
  public enum Receipts {
    /** Gateways tell. */
    DELIVERIES,
    /** Every trigger counts as sent at its decision. */
    ASSUMED
  }

  /** The most parts of a tenant. */
  static final int MAX_SHARDS = 1_024;

  public static final ConfigOption<Duration> ARBITRATION =
      ConfigOptions.key("decide.arbitration")
          .durationType()
          .defaultValue(Duration.ofSeconds(2))
          .withDescription("How long a customer's first due candidate waits for others.");

  public static final ConfigOption<Integer> SHARDS =
      ConfigOptions.key("decide.shards")
          .intType()
          .defaultValue(1)
          .withDescription(
              "Into how many parts a tenant's customers are split, each with its exact share of"
                  + " totals and budgets. A savepoint holds for one number only.");

  public static final ConfigOption<Duration> RECEIPT_TIMEOUT =
      ConfigOptions.key("decide.receipt-timeout")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription("How long a coupon waits for a receipt of its trigger.");

  public static final ConfigOption<Receipts> RECEIPTS =
      ConfigOptions.key("decide.receipts")
          .enumType(Receipts.class)
          .defaultValue(Receipts.DELIVERIES)
          .withDescription(
              "DELIVERIES: gateways tell what was sent. ASSUMED: every trigger was, at once.");

  /** Every key of this room. */
  public static final List<ConfigOption<?>> OPTIONS =
      List.of(ARBITRATION, SHARDS, RECEIPT_TIMEOUT, RECEIPTS);

  public DecideConfig {
    if (arbitrationMillis < 0) {
      throw new IllegalArgumentException(
          ARBITRATION.key() + ": found " + arbitrationMillis + " ms, expected at least 0 ms");
    }
    if (shards < 1 || shards > MAX_SHARDS) {
      throw new IllegalArgumentException(
          SHARDS.key() + ": found " + shards + ", expected 1 to " + MAX_SHARDS);
    }
    if (receiptTimeoutMillis < 1) {
      throw new IllegalArgumentException(
          RECEIPT_TIMEOUT.key()
              + ": found "
              + receiptTimeoutMillis
              + " ms, expected at least 1 ms");
    }
  }

  /** Reads the room's keys; what is not there has its default. */
  public static DecideConfig from(ReadableConfig config) {
    return new DecideConfig(
        config.get(ARBITRATION).toMillis(),
        config.get(SHARDS),
        config.get(RECEIPT_TIMEOUT).toMillis(),
        config.get(RECEIPTS),
        Long.MAX_VALUE);
  }

  /** The same where every trigger counts as sent at its decision. */
  public DecideConfig withReceipts(Receipts known) {
    return new DecideConfig(
        arbitrationMillis, shards, receiptTimeoutMillis, known, endOfTimeMillis);
  }

  /** The same for a world that ends. */
  public DecideConfig endingAt(long endMillis) {
    return new DecideConfig(arbitrationMillis, shards, receiptTimeoutMillis, receipts, endMillis);
  }
}
