package dev.nudge.ingest;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How records are taken in.
 *
 * @param maxOutOfOrdernessMillis how far behind the newest event of its partition an event may come
 * @param idleAfterMillis after how long without a record a partition holds nobody back
 * @param maxClockSkewMillis how far ahead of its append time an event may be dated
 * @param minTimestampMillis the earliest event time, epoch milliseconds
 * @param clock what drives time when every partition is idle
 * @param maxEventsOnHeap how many events may wait for the watermark on the heap of a subtask;
 *     further ones wait in state
 * @param endOfTimeMillis no event and no timer is later than this, epoch milliseconds; {@link
 *     Long#MAX_VALUE} where time does not end
 */
public record IngestConfig(
    long maxOutOfOrdernessMillis,
    long idleAfterMillis,
    long maxClockSkewMillis,
    long minTimestampMillis,
    IdleClock clock,
    int maxEventsOnHeap,
    long endOfTimeMillis)
    implements Serializable {

  /** What time follows when no partition receives records. */
  public enum IdleClock {
    /** The wall clock, less out-of-orderness and idle time: absence fires at night too. */
    WALL,
    /** Nothing: only records move time. For replays, whose clock is in their records. */
    RECORDS
  }

  public static final ConfigOption<Duration> MAX_OUT_OF_ORDERNESS =
      ConfigOptions.key("ingest.max-out-of-orderness")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("How far behind the newest event of its partition an event may come.");

  public static final ConfigOption<Duration> IDLE_AFTER =
      ConfigOptions.key("ingest.idle-after")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription("After how long without a record a partition holds nobody back.");

  public static final ConfigOption<Duration> MAX_CLOCK_SKEW =
      ConfigOptions.key("ingest.max-clock-skew")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription("How far ahead of its append time a record may be dated.");

  public static final ConfigOption<String> MIN_TIMESTAMP =
      ConfigOptions.key("ingest.min-timestamp")
          .stringType()
          .defaultValue("1990-01-01T00:00:00Z")
          .withDescription("The earliest event time; catches seconds taken for milliseconds.");

  public static final ConfigOption<IdleClock> CLOCK =
      ConfigOptions.key("ingest.clock")
          .enumType(IdleClock.class)
          .defaultValue(IdleClock.WALL)
          .withDescription("What time follows when every partition is idle: WALL or RECORDS.");

  public static final ConfigOption<Integer> MAX_EVENTS_ON_HEAP =
      ConfigOptions.key("ingest.max-events-on-heap")
          .intType()
          .defaultValue(100_000)
          .withDescription(
              "How many events may wait for the watermark on the heap of a subtask, 1.5 kilobytes"
                  + " each; further ones wait in state, which is slower.");

  /** Every key of this room. */
  public static final List<ConfigOption<?>> OPTIONS =
      List.of(
          MAX_OUT_OF_ORDERNESS,
          IDLE_AFTER,
          MAX_CLOCK_SKEW,
          MIN_TIMESTAMP,
          CLOCK,
          MAX_EVENTS_ON_HEAP);

  public IngestConfig {
    requireAtLeast(MAX_OUT_OF_ORDERNESS, maxOutOfOrdernessMillis, 0);
    requireAtLeast(IDLE_AFTER, idleAfterMillis, 1);
    requireAtLeast(MAX_CLOCK_SKEW, maxClockSkewMillis, 0);
    if (maxEventsOnHeap < 0) {
      throw new IllegalArgumentException(
          MAX_EVENTS_ON_HEAP.key() + ": found " + maxEventsOnHeap + ", expected at least 0");
    }
  }

  /** Reads the room's keys; what is not there has its default. */
  public static IngestConfig from(ReadableConfig config) {
    return new IngestConfig(
        config.get(MAX_OUT_OF_ORDERNESS).toMillis(),
        config.get(IDLE_AFTER).toMillis(),
        config.get(MAX_CLOCK_SKEW).toMillis(),
        parseMinTimestamp(config.get(MIN_TIMESTAMP)),
        config.get(CLOCK),
        config.get(MAX_EVENTS_ON_HEAP),
        Long.MAX_VALUE);
  }

  /** The same for a world that ends: nothing after that instant happens. */
  public IngestConfig endingAt(long endOfTimeMillis) {
    return new IngestConfig(
        maxOutOfOrdernessMillis,
        idleAfterMillis,
        maxClockSkewMillis,
        minTimestampMillis,
        clock,
        maxEventsOnHeap,
        endOfTimeMillis);
  }

  private static long parseMinTimestamp(String text) {
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          MIN_TIMESTAMP.key()
              + ": found \""
              + text
              + "\", expected an instant such as 1990-01-01T00:00:00Z",
          e);
    }
  }

  private static void requireAtLeast(ConfigOption<Duration> option, long millis, long least) {
    if (millis < least) {
      throw new IllegalArgumentException(
          option.key() + ": found " + millis + " ms, expected at least " + least + " ms");
    }
  }
}
