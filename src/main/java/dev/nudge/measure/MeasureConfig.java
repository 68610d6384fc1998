package dev.nudge.measure;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How it is measured.
 *
 * @param refundWindowMillis how long after a payment a refund takes from it
 * @param allowedLatenessMillis how late an event may come and still correct past rows
 * @param receiptsAssumed whether each grant counts as SENT at its decision, for want of receipts
 * @param flushMillis how long additions to rows wait for others of the same row
 * @param rows when rows are written
 */
public record MeasureConfig(
    long refundWindowMillis,
    long allowedLatenessMillis,
    boolean receiptsAssumed,
    long flushMillis,
    Rows rows)
    implements Serializable {

  /** When a row is written. */
  public enum Rows {
    /** Whenever it changes. */
    LIVE,
    /** Once, when everything has been read, and only those that campaigns add to. */
    AT_END
  }

  public static final ConfigOption<Duration> REFUND_WINDOW =
      ConfigOptions.key("measure.refund-window")
          .durationType()
          .defaultValue(Duration.ofDays(90))
          .withDescription("How long after a payment a refund takes from it.");

  public static final ConfigOption<Duration> ALLOWED_LATENESS =
      ConfigOptions.key("measure.allowed-lateness")
          .durationType()
          .defaultValue(Duration.ofDays(1))
          .withDescription("How late an event may come and still correct what was measured.");

  public static final ConfigOption<Duration> FLUSH =
      ConfigOptions.key("measure.flush")
          .durationType()
          .defaultValue(Duration.ofMillis(500))
          .withDescription(
              "How long additions to a row wait for others of the same row before they are sent"
                  + " on.");

  /** Every key of this room. */
  public static final List<ConfigOption<?>> OPTIONS =
      List.of(REFUND_WINDOW, ALLOWED_LATENESS, FLUSH);

  public MeasureConfig {
    requireAtLeast(REFUND_WINDOW, refundWindowMillis, 0);
    requireAtLeast(ALLOWED_LATENESS, allowedLatenessMillis, 0);
    requireAtLeast(FLUSH, flushMillis, 1);
  }

  /** Reads the room's keys; what is not there has its default. */
  public static MeasureConfig from(ReadableConfig config) {
    return new MeasureConfig(
        config.get(REFUND_WINDOW).toMillis(),
        config.get(ALLOWED_LATENESS).toMillis(),
        false,
        config.get(FLUSH).toMillis(),
        Rows.LIVE);
  }

  /** The same for a world that ends: rows are written then. */
  public MeasureConfig atEnd(boolean assumeReceipts) {
    return new MeasureConfig(
        refundWindowMillis, allowedLatenessMillis, assumeReceipts, flushMillis, Rows.AT_END);
  }

  AttributionRules attribution() {
    return new AttributionRules(refundWindowMillis, allowedLatenessMillis, receiptsAssumed);
  }

  private static void requireAtLeast(ConfigOption<Duration> option, long millis, long least) {
    if (millis < least) {
      throw new IllegalArgumentException(
          option.key() + ": found " + millis + " ms, expected at least " + least + " ms");
    }
  }
}
