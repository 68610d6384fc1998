package dev.nudge.event;

import java.util.Arrays;
import java.util.Objects;

/**
 * A record that could not be used, whole, with where it stood and why.
 *
 * @param raw its bytes
 * @param topic the topic, or the file in a rehearsal
 * @param partition the partition; 0 in a file
 * @param offset the offset, or the line from 1 in a file
 * @param appendedAtMillis when the broker took it, epoch milliseconds; 0 in a file
 * @param reason the reason code
 * @param message field, found, expected
 */
public record DeadLetter(
    byte[] raw,
    String topic,
    int partition,
    long offset,
    long appendedAtMillis,
    DeadLetterReason reason,
    String message) {

  @Override
  public boolean equals(Object other) {
    return other instanceof DeadLetter that
        && topic.equals(that.topic)
        && partition == that.partition
        && offset == that.offset
        && reason == that.reason
        && Arrays.equals(raw, that.raw);
  }

  @Override
  public int hashCode() {
    return Objects.hash(topic, partition, offset);
  }
}
