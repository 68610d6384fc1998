package dev.nudge.local;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Topic;
import dev.nudge.ingest.Ingested;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Utils;

/**
 * One line of the merged sequence.
 *
 * @param number its place in the sequence, from 1
 * @param topic where it goes
 * @param key {@code tenant|customerId}, null where the line is no event of a customer
 * @param value the line's bytes, unchanged
 * @param atMillis when it is due, epoch milliseconds: the greatest timestamp of its file so far
 */
record ReplayLine(long number, Topic topic, byte[] key, byte[] value, long atMillis) {

  /**
   * Takes what the replay must know of a line from what ingest makes of it, so that both mean the
   * same by a customer and a time. A dead letter is sent all the same: it has no key, and its time
   * is that of the line before.
   *
   * @param earlierMillis the time of the line before in the same file
   */
  static ReplayLine of(
      long number, Topic topic, byte[] value, Ingested ingested, long earlierMillis) {
    CustomerEvent event = ingested.event();
    byte[] key =
        event == null
            ? null
            : (event.tenant() + "|" + event.customerId()).getBytes(StandardCharsets.UTF_8);
    // A dead letter's time is the least there is.
    return new ReplayLine(number, topic, key, value, Math.max(earlierMillis, ingested.atMillis()));
  }

  /** The partition that Kafka's own partitioner gives the key; a line without one has its bytes. */
  int partition(int partitions) {
    return Utils.toPositive(Utils.murmur2(key == null ? value : key)) % partitions;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReplayLine that
        && number == that.number
        && topic == that.topic
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(number);
  }
}
