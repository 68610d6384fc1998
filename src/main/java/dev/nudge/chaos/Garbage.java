package dev.nudge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.clickhouse.Rows;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Topic;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * What nobody can use, whatever chance makes of it.
 *
 * <p>Example: half an order, as when a connection breaks, is {@code NOT_JSON}.
 *
 * @param topic where it is put
 * @param value the record, or null for a tombstone
 * @param reason why it can't be used
 */
record Garbage(Topic topic, byte[] value, DeadLetterReason reason) {
  private static final int MAX_NOISE_BYTES = 200;

  /** No text in UTF-8 has it. */
  private static final byte NEVER_UTF_8 = (byte) 0xFF;

  /**
   * Makes some.
   *
   * @param record a JSON object that may be cut off
   */
  static Garbage of(Topic topic, byte[] record, SplittableRandom random) {
    String nonce = Long.toHexString(random.nextLong());
    return switch (random.nextInt(5)) {
      case 0 -> new Garbage(topic, null, DeadLetterReason.NOT_JSON);
      // Its last byte is the brace that ends it.
      case 1 ->
          new Garbage(
              topic,
              Arrays.copyOf(record, random.nextInt(record.length)),
              DeadLetterReason.NOT_JSON);
      case 2 -> {
        byte[] noise = new byte[1 + random.nextInt(MAX_NOISE_BYTES)];
        random.nextBytes(noise);
        noise[0] = NEVER_UTF_8;
        yield new Garbage(topic, noise, DeadLetterReason.NOT_JSON);
      }
      case 3 ->
          new Garbage(
              topic,
              "{\"messageId\":\"%s\"}".formatted(nonce).getBytes(UTF_8),
              DeadLetterReason.FIELD_MISSING);
      // Seconds taken for milliseconds.
      default ->
          new Garbage(
              topic,
              "{\"messageId\":\"%s\",\"timestamp\":1323410400}".formatted(nonce).getBytes(UTF_8),
              DeadLetterReason.TIMESTAMP_TOO_EARLY);
    };
  }

  /** As it is to stand on the topic of dead letters. */
  String onTopic() {
    return line(topic.plainName(), reason.name(), value == null ? new byte[0] : value);
  }

  /** As it is to stand in the table of dead letters, which holds text, and the begin of it. */
  String inTable() {
    byte[] raw = value == null ? new byte[0] : value;
    String shown = new String(raw, 0, Math.min(raw.length, Rows.RAW_BYTES_SHOWN), UTF_8);
    return line(topic.plainName(), reason.name(), shown.getBytes(UTF_8));
  }

  /** Where it stood, why, and which bytes. */
  static String line(String topic, String reason, byte[] raw) {
    return topic + " " + reason + " " + HexFormat.of().withUpperCase().formatHex(raw);
  }
}
