package dev.nudge.local;

import dev.nudge.kafka.TimeRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How far earlier runs of a replay came, partition by partition, as their newest records say.
 *
 * <p>Every record of a replay names the last line sent when it was written. Records of one
 * partition arrive in order and without gaps, so every line up to that one which belongs to the
 * partition is there, and none behind it.
 */
final class ReplayStanding {

  /** The last line sent, a long. */
  static final String LINE = "replay-line";

  /** Which lines are replayed: {@link ReplayLines.Summary#fingerprint()}. */
  static final String SOURCE = "replay-source";

  /** Only on the last record of a finished replay. */
  static final String END = "replay-end";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FIRST_STEP = 64;
  private static final int LARGEST_STEP = 65_536;

  /**
   * A partition's newest record of a replay.
   *
   * @param line every line of this partition up to this one is there
   * @param timeMillis the clock it carries, 0 if it is an event
   * @param ended whether the replay was finished
   */
  private record Newest(long line, long timeMillis, boolean ended) {}

  private final Map<TopicPartition, Newest> newest;

  private ReplayStanding(Map<TopicPartition, Newest> newest) {
    this.newest = newest;
  }

  /**
   * Reads the newest record of the replay in each partition. Records of others, such as those of
   * gateways in {@code deliveries}, may lie behind it.
   *
   * @throws ReplayException if a partition holds a replay of other lines, or its records were
   *     deleted so that nobody knows how far it came
   */
  static ReplayStanding read(
      Properties connection, List<TopicPartition> partitions, String fingerprint) {
    Map<TopicPartition, Newest> newest = new HashMap<>();
    connection.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // Else a question about the next partition waits half a second behind one about the last.
    connection.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(connection, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, PATIENCE);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
      for (TopicPartition partition : partitions) {
        long begin = begins.get(partition);
        ConsumerRecord<byte[], byte[]> last =
            lastOfReplay(consumer, partition, begin, ends.get(partition));
        if (last != null) {
          newest.put(partition, judge(last, fingerprint));
        } else if (begin > 0) {
          throw new ReplayException(
              ("The oldest records of %s were deleted, so it can't be told how far the replay came."
                      + " Start with an empty data directory.")
                  .formatted(partition),
              null);
        } else {
          newest.put(partition, new Newest(0, 0, false));
        }
      }
    }
    return new ReplayStanding(newest);
  }

  /** Headers of a record sent when so many lines had been. */
  static void mark(Headers headers, long line, String fingerprint) {
    headers.add(LINE, ByteBuffer.allocate(Long.BYTES).putLong(line).array());
    headers.add(SOURCE, fingerprint.getBytes(StandardCharsets.UTF_8));
  }

  /** The line a record names, -1 if it is not a replay's. */
  static long lineOf(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader(LINE);
    return header == null ? -1 : ByteBuffer.wrap(header.value()).getLong();
  }

  /** Whether the partition is still without this line, which belongs to it. */
  boolean lacks(TopicPartition partition, long line) {
    return line > newest.get(partition).line();
  }

  /** The last line that any partition knows of: what lies behind it was never sent. */
  long lastLine() {
    return newest.values().stream().mapToLong(Newest::line).max().orElse(0);
  }

  /** The latest time that was written, epoch milliseconds; 0 if none was. */
  long clockMillis() {
    return newest.values().stream().mapToLong(Newest::timeMillis).max().orElse(0);
  }

  /** Whether all partitions hold the replay's last word. */
  boolean ended() {
    return newest.values().stream().allMatch(Newest::ended);
  }

  private static Newest judge(ConsumerRecord<byte[], byte[]> last, String fingerprint) {
    Header source = last.headers().lastHeader(SOURCE);
    String found = source == null ? "none" : new String(source.value(), StandardCharsets.UTF_8);
    if (!found.equals(fingerprint)) {
      throw new ReplayException(
          ("%s holds a replay of other data (found %s, expected %s). Replay the same files, or"
                  + " start with an empty data directory.")
              .formatted(last.topic(), found, fingerprint),
          null);
    }
    return new Newest(
        lineOf(last),
        TimeRecord.read(last.value()).orElse(0),
        last.headers().lastHeader(END) != null);
  }

  /** Walks back from the end in growing steps. */
  private static ConsumerRecord<byte[], byte[]> lastOfReplay(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long begin, long end) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    ConsumerRecord<byte[], byte[]> last = null;
    long to = end;
    for (int step = FIRST_STEP;
        last == null && to > begin;
        step = Math.min(step * 4, LARGEST_STEP)) {
      long from = Math.max(begin, to - step);
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      // The position, for a transaction's marker has an offset and is no record.
      while (consumer.position(partition, PATIENCE) < to) {
        if (System.nanoTime() > deadline) {
          throw new ReplayException(
              "The broker did not hand out %s within %s.".formatted(partition, PATIENCE), null);
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.offset() < to && lineOf(record) >= 0) {
            last = record;
          }
        }
      }
      to = from;
    }
    return last;
  }
}
