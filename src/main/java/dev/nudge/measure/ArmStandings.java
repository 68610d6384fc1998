package dev.nudge.measure;

import dev.nudge.event.CodePoints;
import dev.nudge.event.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The arms of a campaign at the end of a minute, and the smallest p's of all minutes until then.
 */
final class ArmStandings {
  private static final int ENOUGH_CUSTOMERS = 50;
  private static final int ENOUGH_CONVERSIONS = 5;

  /**
   * Conversions in both arms from which revenue is compared: a mean of orders, of which a few are
   * great, is nearly normal only with some of them. Measured with log-normal orders, a tenth held
   * back and one in ten paying: of experiments without a difference that were looked at every
   * minute 12 % raised a false alarm when revenue was compared from 5 conversions on, 7.0 % from
   * 15, 4.3 % from 25, 0.05 % from 50.
   */
  static final int ENOUGH_CONVERSIONS_FOR_REVENUE = 50;

  /** The smallest p's of two arms, by conversions and by revenue. */
  record Chances(double conversion, double revenue) {
    static final Chances NONE = new Chances(1, 1);

    Chances min(Chances other) {
      return new Chances(Math.min(conversion, other.conversion), Math.min(revenue, other.revenue));
    }
  }

  /** Two variants, the smaller id first. */
  record Pair(String one, String other) {
    static Pair of(String a, String b) {
      return CodePoints.ORDER.compare(a, b) < 0 ? new Pair(a, b) : new Pair(b, a);
    }
  }

  /** The variants and {@link Decision#CONTROL}. */
  final NavigableMap<String, ArmSums> arms = new TreeMap<>(CodePoints.ORDER);

  /** How many customers an arm has by the version of their first grant. */
  final NavigableMap<Integer, NavigableMap<String, Long>> dealt = new TreeMap<>();

  /** Of variants, against control. Like the two below without those that are 1. */
  final Map<String, Chances> againstControl = new HashMap<>();

  /** Of variants among themselves. */
  final Map<Pair, Chances> amongVariants = new HashMap<>();

  /** Of all variants together, against control. */
  Chances ofSent = Chances.NONE;

  ArmStandings copy() {
    ArmStandings copy = new ArmStandings();
    copy.arms.putAll(arms);
    dealt.forEach((version, customers) -> copy.dealt.put(version, new TreeMap<>(customers)));
    copy.againstControl.putAll(againstControl);
    copy.amongVariants.putAll(amongVariants);
    copy.ofSent = ofSent;
    return copy;
  }

  void add(int version, String arm, ArmSums more) {
    arms.merge(arm, more, ArmSums::plus);
    if (more.customers() != 0) {
      dealtOf(version).merge(arm, more.customers(), Long::sum);
    }
  }

  NavigableMap<String, Long> dealtOf(int version) {
    return dealt.computeIfAbsent(version, none -> new TreeMap<>(CodePoints.ORDER));
  }

  ArmSums of(String arm) {
    return arms.getOrDefault(arm, ArmSums.NONE);
  }

  ArmSums sent() {
    ArmSums sent = ArmSums.NONE;
    for (Map.Entry<String, ArmSums> each : arms.entrySet()) {
      sent = each.getKey().equals(Decision.CONTROL) ? sent : sent.plus(each.getValue());
    }
    return sent;
  }

  /** The normal distribution of means, on which all tests rest, needs some customers. */
  static boolean isEnough(ArmSums sums) {
    return sums.customers() >= ENOUGH_CUSTOMERS && sums.conversions() >= ENOUGH_CONVERSIONS;
  }

  Chances amongVariants(String a, String b) {
    return amongVariants.getOrDefault(Pair.of(a, b), Chances.NONE);
  }

  /** Compares the arms as they stand. */
  void compare() {
    List<String> variants = new ArrayList<>();
    arms.forEach(
        (arm, sums) -> {
          if (!arm.equals(Decision.CONTROL) && isEnough(sums)) {
            variants.add(arm);
          }
        });
    ArmSums control = of(Decision.CONTROL);
    if (isEnough(control)) {
      for (String arm : variants) {
        keepSmallest(againstControl, arm, chances(of(arm), control));
      }
      ArmSums sent = sent();
      ofSent = isEnough(sent) ? ofSent.min(chances(sent, control)) : ofSent;
    }
    for (int i = 0; i < variants.size(); i++) {
      for (String other : variants.subList(i + 1, variants.size())) {
        keepSmallest(
            amongVariants,
            Pair.of(variants.get(i), other),
            chances(of(variants.get(i)), of(other)));
      }
    }
  }

  private static <T> void keepSmallest(Map<T, Chances> all, T whose, Chances chances) {
    if (!chances.equals(Chances.NONE)) {
      all.merge(whose, chances, Chances::min);
    }
  }

  private static Chances chances(ArmSums a, ArmSums b) {
    boolean revenueToo =
        Math.min(a.conversions(), b.conversions()) >= ENOUGH_CONVERSIONS_FOR_REVENUE;
    return new Chances(
        SequentialTest.p(Sample.ofConversions(a), Sample.ofConversions(b)),
        revenueToo ? SequentialTest.p(Sample.ofRevenue(a), Sample.ofRevenue(b)) : 1);
  }
}
