package dev.nudge.detect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The stage changes that the written rules give, worked out over the whole history at once: each
 * customer's payments are cut into lives where the gap is too long, and each life is told by
 * itself. It shares nothing with the code under test; slow and plain on purpose.
 */
public final class LifecycleOracle {
  private final Duration dormant;
  private final Duration lost;
  private final int stableOrders;
  private final Duration leastDecline;
  private final Instant until;

  /** Thresholds in days, and the last instant at which anything is told. */
  public LifecycleOracle(
      int dormantDays, int lostDays, int stableOrders, int declineMinDays, Instant until) {
    this.dormant = Duration.ofDays(dormantDays);
    this.lost = Duration.ofDays(lostDays);
    this.stableOrders = stableOrders;
    this.leastDecline = Duration.ofDays(declineMinDays);
    this.until = until;
  }

  /** An order that was paid. */
  public record Payment(String customerId, String orderId, Instant at) {}

  /** A change of stage; from is null for the first one. */
  public record Change(
      String customerId, String from, String to, Instant at, int life, int orderCount) {}

  /** All changes, by time, then customer, then the stage entered. */
  public List<Change> changes(Collection<Payment> payments) {
    Map<String, List<Payment>> byCustomer =
        payments.stream()
            .filter(payment -> !payment.at().isAfter(until))
            .collect(Collectors.groupingBy(Payment::customerId, TreeMap::new, Collectors.toList()));
    List<Change> changes = new ArrayList<>();
    byCustomer.forEach((customer, paid) -> tell(customer, firstPaymentsInOrder(paid), changes));
    changes.removeIf(change -> change.at().isAfter(until));
    changes.sort(
        Comparator.comparing(Change::at)
            .thenComparing(Change::customerId)
            .thenComparing(Change::to));
    return changes;
  }

  private static List<Instant> firstPaymentsInOrder(List<Payment> paid) {
    Set<String> orders = new HashSet<>();
    return paid.stream()
        .sorted(Comparator.comparing(Payment::at).thenComparing(Payment::orderId))
        .filter(payment -> orders.add(payment.orderId()))
        .map(Payment::at)
        .toList();
  }

  private void tell(String customer, List<Instant> times, List<Change> changes) {
    List<List<Instant>> lives = new ArrayList<>();
    for (int i = 0; i < times.size(); i++) {
      if (i == 0 || times.get(i).isAfter(times.get(i - 1).plus(lost))) {
        lives.add(new ArrayList<>());
      }
      lives.get(lives.size() - 1).add(times.get(i));
    }
    for (int life = 1; life <= lives.size(); life++) {
      tellLife(customer, life, lives.get(life - 1), changes);
    }
  }

  /** By the gap behind each payment: how the customer came to the next one. */
  private void tellLife(String customer, int life, List<Instant> times, List<Change> changes) {
    String stage = life == 1 ? null : "LOST";
    for (int n = 1; n <= times.size(); n++) {
      Instant at = times.get(n - 1);
      String target = n == 1 ? "NEW" : target(times.subList(0, n), stage);
      if (!target.equals(stage)) {
        changes.add(new Change(customer, stage, target, at, life, n));
      }
      stage = target;
      boolean last = n == times.size();
      if (last || times.get(n).isAfter(at.plus(dormant))) {
        changes.add(new Change(customer, stage, "DORMANT", at.plus(dormant), life, n));
        stage = "DORMANT";
      }
      if (last) {
        changes.add(new Change(customer, "DORMANT", "LOST", at.plus(lost), life, n));
      }
    }
  }

  private String target(List<Instant> soFar, String stage) {
    int n = soFar.size();
    if (n >= 4 && Set.of("GROWING", "STABLE", "DECLINING").contains(stage)) {
      Duration first = Duration.between(soFar.get(n - 4), soFar.get(n - 3));
      Duration second = Duration.between(soFar.get(n - 3), soFar.get(n - 2));
      Duration third = Duration.between(soFar.get(n - 2), soFar.get(n - 1));
      if (first.compareTo(second) < 0
          && second.compareTo(third) < 0
          && third.compareTo(leastDecline) >= 0) {
        return "DECLINING";
      }
    }
    return n >= stableOrders ? "STABLE" : "GROWING";
  }
}
