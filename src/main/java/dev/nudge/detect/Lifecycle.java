package dev.nudge.detect;

import static dev.nudge.event.LifecycleStage.DECLINING;
import static dev.nudge.event.LifecycleStage.DORMANT;
import static dev.nudge.event.LifecycleStage.GROWING;
import static dev.nudge.event.LifecycleStage.LOST;
import static dev.nudge.event.LifecycleStage.NEW;
import static dev.nudge.event.LifecycleStage.PROSPECT;
import static dev.nudge.event.LifecycleStage.STABLE;

import dev.nudge.definition.LifecyclePolicy;
import dev.nudge.definition.RecoverTo;
import dev.nudge.event.LifecycleStage;
import java.util.ArrayList;
import java.util.List;

/**
 * One customer's lifecycle: the stage, and the two instants at which silence changes it.
 *
 * <p>Example, by the default policy: Anna pays on 5 January, becomes NEW and is due for DORMANT on
 * 4 February. She pays on 2 February: GROWING, and DORMANT moves to 4 March. She pays no more:
 * DORMANT on 4 March, LOST on 3 May. An order in June makes her NEW again, in her second life.
 *
 * <p>Thresholds are applied when an order is paid: {@code dormantAtMillis} and {@code lostAtMillis}
 * stay as they were set when the policy changes afterwards.
 *
 * @param stage where the customer stands, null before the first stage
 * @param life which life, from 1; 0 before the first paid order
 * @param orderCount paid orders of this life
 * @param lastPaidMillis when the last of them were paid, oldest first; at most {@link #GAPS} + 1
 * @param dormantAtMillis when the customer turns DORMANT; {@link #NEVER} unless due
 * @param lostAtMillis when the customer turns LOST; {@link #NEVER} unless due
 */
public record Lifecycle(
    LifecycleStage stage,
    int life,
    int orderCount,
    List<Long> lastPaidMillis,
    long dormantAtMillis,
    long lostAtMillis) {

  /** Nothing is due. */
  static final long NEVER = Long.MAX_VALUE;

  /** That many growing gaps in a row are a decline. */
  static final int GAPS = 3;

  private static final long DAY_MILLIS = 86_400_000L;

  /** Before the first event. */
  static Lifecycle unknown() {
    return new Lifecycle(null, 0, 0, List.of(), NEVER, NEVER);
  }

  /** The customer was seen, or placed an order: whoever had no stage is a prospect now. */
  Lifecycle seen() {
    return stage == null ? step(PROSPECT) : this;
  }

  /** The customer paid an order. */
  Lifecycle paid(long atMillis, LifecyclePolicy policy) {
    boolean newLife = stage == null || !stage.isAlive();
    int count = newLife ? 1 : orderCount + 1;
    List<Long> paidMillis = newLife ? List.of(atMillis) : lastOf(lastPaidMillis, atMillis);
    LifecycleStage target = newLife ? NEW : target(count, paidMillis, policy);
    return new Lifecycle(
        stage == target ? target : legal(target),
        newLife ? life + 1 : life,
        count,
        paidMillis,
        atMillis + policy.dormantDays() * DAY_MILLIS,
        atMillis + policy.lostDays() * DAY_MILLIS);
  }

  private LifecycleStage target(int count, List<Long> paidMillis, LifecyclePolicy policy) {
    if (stage == DORMANT && policy.recoverTo() == RecoverTo.GROWING) {
      return GROWING;
    }
    boolean canDecline = stage == GROWING || stage == STABLE || stage == DECLINING;
    if (canDecline && gapsGrow(paidMillis, policy.declineMinDays() * DAY_MILLIS)) {
      return DECLINING;
    }
    return count >= policy.stableOrders() ? STABLE : GROWING;
  }

  /**
   * Whether the last three gaps grow strictly and the last one is long enough to mean something.
   */
  private static boolean gapsGrow(List<Long> paidMillis, long leastLastGapMillis) {
    if (paidMillis.size() <= GAPS) {
      return false;
    }
    long previous = Long.MIN_VALUE;
    for (int i = 1; i < paidMillis.size(); i++) {
      long gap = paidMillis.get(i) - paidMillis.get(i - 1);
      if (gap <= previous) {
        return false;
      }
      previous = gap;
    }
    return previous >= leastLastGapMillis;
  }

  /** When silence changes the stage next; {@link #NEVER} if it does not. */
  long dueMillis() {
    return Math.min(dormantAtMillis, lostAtMillis);
  }

  /**
   * Silence until then. One step at a time: where both fall on one instant, DORMANT comes first and
   * the next call says LOST.
   */
  Lifecycle silentUntil(long nowMillis) {
    if (dormantAtMillis <= nowMillis) {
      return new Lifecycle(legal(DORMANT), life, orderCount, lastPaidMillis, NEVER, lostAtMillis);
    } else if (lostAtMillis <= nowMillis) {
      return new Lifecycle(legal(LOST), life, orderCount, List.of(), NEVER, NEVER);
    } else {
      return this;
    }
  }

  private Lifecycle step(LifecycleStage to) {
    return new Lifecycle(
        legal(to), life, orderCount, lastPaidMillis, dormantAtMillis, lostAtMillis);
  }

  private LifecycleStage legal(LifecycleStage to) {
    if (!LifecycleStage.isLegal(stage, to)) {
      throw new IllegalStateException("no step leads from " + stage + " to " + to);
    }
    return to;
  }

  private static List<Long> lastOf(List<Long> times, long next) {
    List<Long> all = new ArrayList<>(times);
    all.add(next);
    return all.subList(Math.max(0, all.size() - GAPS - 1), all.size()).stream().toList();
  }
}
