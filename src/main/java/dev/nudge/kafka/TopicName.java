package dev.nudge.kafka;

import dev.nudge.event.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;

/** Every topic of a deployment, and the settings that Nudge relies on. */
public enum TopicName {
  CLICKSTREAM(Use.EVENTS),
  ORDERS(Use.EVENTS),
  PROFILES(Use.EVENTS),
  DELIVERIES(Use.EVENTS),
  CAMPAIGNS(Use.DEFINITIONS),
  POLICIES(Use.DEFINITIONS),
  MOMENTS(Use.EVENTS),
  DECISIONS(Use.EVENTS),
  TRIGGERS(Use.EVENTS),
  DEAD_LETTERS(Use.DEAD_LETTERS);

  /** The four inputs with customers' events, in the order of {@link Topic}. */
  public static final List<TopicName> CUSTOMER_INPUTS =
      List.of(PROFILES, ORDERS, DELIVERIES, CLICKSTREAM);

  /** The two compacted topics that every job reads as a whole. */
  public static final List<TopicName> DEFINITIONS = List.of(POLICIES, CAMPAIGNS);

  /**
   * The largest record that the broker takes. An event may have 1 MiB; what is larger must arrive
   * all the same, to become a dead letter instead of an error at the shop.
   */
  public static final int MAX_MESSAGE_BYTES = 4 << 20;

  /** A dead letter holds such a record whole, its reason and place in headers. */
  public static final int MAX_DEAD_LETTER_BYTES = 8 << 20;

  /** With so many copies one broker may be lost while another one is away. */
  static final int REPLICAS_TO_LOSE_ONE = 3;

  /**
   * How many of them must have a record before a producer with {@code acks=all} is told that it is
   * there.
   */
  static final int MIN_IN_SYNC_REPLICAS = 2;

  private enum Use {
    EVENTS,
    DEFINITIONS,
    DEAD_LETTERS
  }

  private final Use use;

  TopicName(Use use) {
    this.use = use;
  }

  /** The topic of one kind of customer events. */
  public static TopicName of(Topic topic) {
    return switch (topic) {
      case PROFILES -> PROFILES;
      case ORDERS -> ORDERS;
      case DELIVERIES -> DELIVERIES;
      case CLICKSTREAM -> CLICKSTREAM;
      case MOMENTS -> MOMENTS;
      case DECISIONS -> DECISIONS;
    };
  }

  /** The name without the deployment's prefix, {@code dead-letters}. */
  public String plainName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The name on the broker, {@code nudge.dead-letters}. */
  public String withPrefix(String prefix) {
    return prefix + plainName();
  }

  /**
   * Whether the newest record of a key replaces the ones before, and a single partition orders all.
   */
  public boolean compacted() {
    return use == Use.DEFINITIONS;
  }

  /** How many partitions it gets in a deployment of so many. */
  int partitions(int ofDeployment) {
    return compacted() ? 1 : ofDeployment;
  }

  /**
   * The settings it is created with.
   *
   * <p>Append time is what tells a timestamp that lies ahead of the world. Definitions are kept for
   * ever, one record a key; since a deployment's clock is written there every second, segments are
   * rolled every ten minutes and cleaned early, so that reading the topic from its start stays
   * quick.
   *
   * @param retention how long events are kept after the broker took them: a job that stands still
   *     for longer loses input; negative keeps them for ever
   * @param replication copies of each record; with fewer than three Kafka's default stands, since
   *     one broker that is away would stop all writing
   */
  Map<String, String> settings(Duration retention, int replication) {
    Map<String, String> settings = new TreeMap<>(required());
    settings.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        Integer.toString(use == Use.DEAD_LETTERS ? MAX_DEAD_LETTER_BYTES : MAX_MESSAGE_BYTES));
    if (compacted()) {
      settings.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofMinutes(10).toMillis()));
      settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
    } else {
      settings.put(
          TopicConfig.RETENTION_MS_CONFIG,
          Long.toString(retention.isNegative() ? -1 : retention.toMillis()));
    }
    if (replication >= REPLICAS_TO_LOSE_ONE) {
      settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(MIN_IN_SYNC_REPLICAS));
    }
    return settings;
  }

  /** The settings without which Nudge would give wrong results. */
  Map<String, String> required() {
    return Map.of(
        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
        "LogAppendTime",
        TopicConfig.CLEANUP_POLICY_CONFIG,
        compacted() ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE);
  }
}
