package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * The messages of one customer that were accepted within the last 24 hours of event time, by which
 * a copy is recognised.
 *
 * <p>Example: {@code m1} accepted at 09:00 makes a copy dated 09:00 the next day a duplicate, and
 * one dated a millisecond later a new message.
 *
 * @param acceptedAtMillis event time by topic and message id; at most {@link #MAX}
 */
public record SeenMessages(Map<String, Long> acceptedAtMillis) {
  /** A copy this much later is still a copy. */
  static final long WINDOW_MILLIS = 24 * 3_600_000L;

  /** The newest messages that are remembered, however busy the customer. */
  static final int MAX = 512;

  /** Nothing accepted yet. */
  static SeenMessages none() {
    return new SeenMessages(new HashMap<>());
  }

  /** Whether this is a copy of an accepted message. Events come in their total order. */
  boolean isDuplicate(CustomerEvent event) {
    Long accepted = acceptedAtMillis.get(id(event));
    return accepted != null && event.atMillis() - accepted <= WINDOW_MILLIS;
  }

  /** Remembers a message; beyond the maximum it forgets the oldest. */
  void accept(CustomerEvent event) {
    acceptedAtMillis.put(id(event), event.atMillis());
    if (acceptedAtMillis.size() > MAX) {
      expire(event.atMillis());
    }
    if (acceptedAtMillis.size() > MAX) {
      acceptedAtMillis.remove(
          Collections.min(
                  acceptedAtMillis.entrySet(),
                  Map.Entry.<String, Long>comparingByValue()
                      .thenComparing(Map.Entry.comparingByKey()))
              .getKey());
    }
  }

  /** Forgets what no later event can be a copy of. */
  void expire(long nowMillis) {
    acceptedAtMillis.values().removeIf(accepted -> nowMillis - accepted > WINDOW_MILLIS);
  }

  private static String id(CustomerEvent event) {
    return event.topic() + " " + event.messageId();
  }
}
