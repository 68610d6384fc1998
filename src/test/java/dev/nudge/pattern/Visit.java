package dev.nudge.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.util.Map;
import java.util.Objects;

/**
 * An event of the tests that hold the matcher equal to Flink CEP.
 *
 * @param customer whose it is: the key
 * @param id tells it from all others of its stream
 * @param name what conditions ask for
 * @param value what conditions compare
 * @param atMillis when it happened, epoch milliseconds
 */
public record Visit(String customer, int id, String name, int value, long atMillis) {
  static final String TENANT = "acme";

  /** The same as an event of ours: its message id is {@link #id}. */
  CustomerEvent event() {
    Map<String, Value> fields = Map.of("value", Value.number(Integer.toString(value)));
    Click click = new Click(name, null, fields);
    byte[] raw = toString().getBytes(UTF_8);
    return new CustomerEvent(TENANT, customer, messageId(), atMillis, null, null, null, click, raw);
  }

  String messageId() {
    return Integer.toString(id);
  }

  /** The event that a pattern sees, which does not tell whose it is. */
  static Visit of(String customer, Occurrence event) {
    if (event.topic() != Topic.CLICKSTREAM || event.fields().size() != 1) {
      throw new IllegalStateException("not what was sent: " + event);
    }
    return new Visit(
        customer,
        Integer.parseInt(event.messageId()),
        event.name(),
        Integer.parseInt(event.text("value")),
        event.atMillis());
  }

  /**
   * One thing that arrives: an event, or a watermark.
   *
   * @param visit the event; null for a watermark
   * @param watermarkMillis no event up to this time is expected any more; 0 for an event
   */
  record Arrival(Visit visit, long watermarkMillis) {
    static Arrival of(Visit visit) {
      return new Arrival(Objects.requireNonNull(visit), 0);
    }

    static Arrival watermark(long atMillis) {
      return new Arrival(null, atMillis);
    }

    @Override
    public String toString() {
      return visit == null
          ? "watermark " + (watermarkMillis == Long.MAX_VALUE ? "end" : watermarkMillis)
          : "%s %s#%d value %d at %d"
              .formatted(visit.customer, visit.name, visit.id, visit.value, visit.atMillis);
    }
  }
}
