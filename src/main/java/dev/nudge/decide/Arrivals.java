package dev.nudge.decide;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * When the records arrived by which triggers came, to measure how long triggers take.
 *
 * <p>What a trigger takes is the time from its record's arrival in Kafka until it leaves, without
 * the waits that its campaign and policy wanted: arbitration, delay, quiet hours. Those pass by
 * event time, from the moment to the decision. Example: a payment of 10:00:00 arrives at 10:00:01,
 * its moment is decided at 10:00:02 after an arbitration of 2 s, and the trigger leaves at 10:00:08
 * of the clock: it took 7 s less 2 s, which is 5 s.
 *
 * <p>It is a sample and no state: what does not fit, and what was decided after a restart, is not
 * measured.
 */
final class Arrivals {
  /** Moments remembered at once; while there are as many, further ones are not measured. */
  static final int MAX = 10_000;

  /** How long after its moment, in event time, a trigger is still measured. */
  static final long KEPT_MILLIS = 60_000;

  private record Arrival(String momentId, long momentMillis) {}

  /** By moment, how long after its event time the record arrived. */
  private final Map<String, Long> arrivedAfterMillis = new HashMap<>();

  private final Deque<Arrival> inOrder = new ArrayDeque<>();

  /** A moment came, which a record brought about that arrived at that time. */
  void add(String momentId, long momentMillis, long arrivedMillis) {
    if (inOrder.size() < MAX
        && arrivedAfterMillis.putIfAbsent(momentId, arrivedMillis - momentMillis) == null) {
      inOrder.add(new Arrival(momentId, momentMillis));
    }
  }

  /**
   * What a trigger took, in milliseconds; nothing where nobody knows when its record arrived.
   *
   * @param decidedMillis event time of the decision
   * @param nowMillis the clock when it leaves
   */
  OptionalLong tookMillis(String momentId, long decidedMillis, long nowMillis) {
    Long after = arrivedAfterMillis.get(momentId);
    return after == null
        ? OptionalLong.empty()
        // Clocks of the broker and of this machine may differ a little.
        : OptionalLong.of(Math.max(0, nowMillis - decidedMillis - after));
  }

  /** Forgets what is too old by that watermark. */
  void pass(long watermarkMillis) {
    while (!inOrder.isEmpty() && inOrder.peek().momentMillis() < watermarkMillis - KEPT_MILLIS) {
      arrivedAfterMillis.remove(inOrder.poll().momentId());
    }
  }

  int size() {
    return inOrder.size();
  }
}
