package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import java.util.Set;

/**
 * One timer a customer, set by each of some events anew.
 *
 * <p>Example: {@code {last: Order Paid, wait: days(45), every: 15 days, max: 3}} speaks 45, 60 and
 * 75 days after the last paid order, if no other comes by then; one at that very instant is in
 * time.
 *
 * @param last the names of the events
 * @param delay how long after the last of them, a {@link Expression.Type#DURATION}; where it has no
 *     value no timer is set
 * @param every how long after that again and again, a {@link Expression.Type#DURATION}; null for
 *     once
 * @param max how often in all, an {@link Expression.Type#INT}; null for once without {@code every},
 *     and for ever with it
 * @param when what must be true when the timer fires, a {@link Expression.Type#BOOL}, or null
 * @param once a {@link Expression.Type#SCALAR}: it speaks once for each of its values; null for
 *     always
 */
public record AfterTrigger(
    Set<String> last,
    Expression delay,
    Expression every,
    Expression max,
    Expression when,
    Expression once)
    implements Trigger {

  /** Whether it waits for deliveries. */
  public boolean seesDeliveries() {
    return last.stream().anyMatch(Occurrence::isDeliveryName);
  }
}
