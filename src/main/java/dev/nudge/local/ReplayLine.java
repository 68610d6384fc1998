package dev.nudge.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.event.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.apache.kafka.common.utils.Utils;

/**
 * One line of the merged sequence.
 *
 * @param number its place in the sequence, from 1
 * @param topic where it goes
 * @param key {@code tenant|customerId}, null where the line names no customer
 * @param value the line's bytes, unchanged
 * @param atMillis when it is due, epoch milliseconds: the greatest timestamp of its file so far
 */
record ReplayLine(long number, Topic topic, byte[] key, byte[] value, long atMillis) {

  private static final JsonFactory JSON = new JsonFactory();
  // What ingest takes for a timestamp; a line with another one is sent, but moves no clock.
  private static final long MIN_MILLIS = Instant.parse("1990-01-01T00:00:00Z").toEpochMilli();
  private static final long END_MILLIS = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  /**
   * Reads what the replay must know of a line. One that is no event is sent all the same, to become
   * a dead letter: then it has no key, and its time is that of the line before.
   *
   * @param earlierMillis the time of the line before in the same file
   */
  static ReplayLine of(long number, Topic topic, byte[] value, long earlierMillis) {
    String tenant = null;
    String customer = null;
    long at = earlierMillis;
    try (JsonParser in = JSON.createParser(value)) {
      if (in.nextToken() == JsonToken.START_OBJECT) {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String field = in.currentName();
          JsonToken token = in.nextToken();
          if (field.equals("tenant") && token == JsonToken.VALUE_STRING) {
            tenant = in.getText();
          } else if (field.equals("customerId") && token == JsonToken.VALUE_STRING) {
            customer = in.getText();
          } else if (field.equals("timestamp")) {
            at = Math.max(at, timestamp(in, token, at));
          } else {
            in.skipChildren();
          }
        }
      }
    } catch (IOException | DateTimeException e) {
      return new ReplayLine(number, topic, null, value, earlierMillis);
    }
    byte[] key =
        tenant == null || customer == null
            ? null
            : (tenant + "|" + customer).getBytes(StandardCharsets.UTF_8);
    return new ReplayLine(number, topic, key, value, at);
  }

  /** The partition that Kafka's own partitioner gives the key; a line without one has its bytes. */
  int partition(int partitions) {
    return Utils.toPositive(Utils.murmur2(key == null ? value : key)) % partitions;
  }

  private static long timestamp(JsonParser in, JsonToken token, long otherwise) throws IOException {
    long millis =
        switch (token) {
          case VALUE_NUMBER_INT -> in.getLongValue();
          case VALUE_STRING -> OffsetDateTime.parse(in.getText()).toInstant().toEpochMilli();
          default -> {
            in.skipChildren();
            yield otherwise;
          }
        };
    return millis >= MIN_MILLIS && millis < END_MILLIS ? millis : otherwise;
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
