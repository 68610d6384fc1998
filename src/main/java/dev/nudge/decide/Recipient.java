package dev.nudge.decide;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What Decide knows of one customer: who may write, what is open, what was sent.
 *
 * <p>Candidates end with their final row, grants when nothing counts them any more, counts with
 * their campaign, the rest when the customer is erased.
 */
final class Recipient {
  /** No instant. */
  static final long NEVER = Long.MAX_VALUE;

  /** Candidates open at once; a further one is held back at once. */
  static final int MAX_CANDIDATES = 1_000;

  /** Grants remembered at once; while there are so many, nothing more is sent. */
  static final int MAX_GRANTS = 1_000;

  /** Channels whose consent is remembered; a further one is as if never said. */
  static final int MAX_CHANNELS = 100;

  /** Who goes first when windows end together. */
  record WindowKey(long dueMillis, int priority, String campaign, String momentId) {}

  /**
   * How many grants of a campaign the customer got.
   *
   * @param lifeMillis which life of the campaign they are of
   * @param granted sent and not failed
   * @param held of these and earlier ones, those that became the customer's
   */
  record Count(long lifeMillis, long granted, long held) {}

  final String customerId;

  final Map<String, Boolean> consents = new TreeMap<>();
  final TreeSet<String> unsubscribed = new TreeSet<>();

  /** The zone that the profile names, if there is such a one; else null. */
  String zone;

  /** Until when the customer is suspect; {@link Long#MIN_VALUE} if not. */
  long suspectUntilMillis = Long.MIN_VALUE;

  final List<Candidate> candidates = new ArrayList<>(2);

  /** The moments of the candidates, by id. */
  final Map<String, KeptMoment> moments = new HashMap<>(4);

  final List<Grant> grants = new ArrayList<>(2);
  final Map<String, Count> counts = new TreeMap<>();

  /** When the open window ends; {@link #NEVER} while none is open. */
  long windowEndMillis = NEVER;

  /** The first of the open window, whatever became of it. */
  WindowKey window;

  /** The shell's: for when its timer is set. */
  long timerMillis = NEVER;

  Recipient(String customerId) {
    this.customerId = customerId;
  }

  /** Whether there is nothing to remember. */
  boolean isEmpty() {
    return consents.isEmpty()
        && unsubscribed.isEmpty()
        && zone == null
        && suspectUntilMillis == Long.MIN_VALUE
        && candidates.isEmpty()
        && grants.isEmpty()
        && counts.isEmpty()
        && windowEndMillis == NEVER;
  }

  /** The customer is another one from now on. */
  void erase() {
    consents.clear();
    unsubscribed.clear();
    zone = null;
    suspectUntilMillis = Long.MIN_VALUE;
    candidates.clear();
    moments.clear();
    grants.clear();
    counts.clear();
    windowEndMillis = NEVER;
    window = null;
  }

  /** Whether a candidate of the campaign waits for what comes of its experiment. */
  boolean waitsFor(String campaign) {
    return candidates.stream()
        .anyMatch(
            candidate ->
                candidate.dueMillis == Candidate.WITH_THE_RESULT
                    && candidate.campaign.equals(campaign));
  }

  void remove(Candidate candidate) {
    candidates.remove(candidate);
    for (Candidate other : candidates) {
      if (other.momentId.equals(candidate.momentId)) {
        return;
      }
    }
    moments.remove(candidate.momentId);
  }

  /** Unused coupons that campaigns left in the customer's hands, or may have. */
  int heldCoupons() {
    int held = 0;
    for (Grant grant : grants) {
      if (grant.isUnusedCoupon()) {
        held++;
      }
    }
    return held;
  }

  Count countOf(String campaign, long lifeMillis) {
    Count count = counts.get(campaign);
    return count == null || count.lifeMillis() != lifeMillis ? new Count(lifeMillis, 0, 0) : count;
  }
}
