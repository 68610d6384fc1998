package dev.nudge.measure;

import dev.nudge.definition.Experiment;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.event.CodePoints;
import dev.nudge.event.Decision;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * The arms of one campaign, summed up from what its customers add: how they stand, what of it is
 * not chance, and which one won.
 *
 * <p>At the end of every minute in which something changed the arms are compared, and the smallest
 * p stays: see {@link SequentialTest}. What comes for a minute that was compared already counts
 * from the next comparison on.
 */
public final class ExperimentBook {
  /** Arms of a campaign over all its versions; what is added to others doesn't count. */
  public static final int MAX_ARMS = 100;

  /** Versions whose declared arms are kept; of older ones only how many customers they expected. */
  public static final int MAX_VERSIONS = 200;

  /** Minutes that wait for their end; beyond it the oldest is compared as it is. */
  public static final int MAX_OPEN_MINUTES = 1_440;

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long ALL_E8 = 100_000_000L;
  private static final int SHARE_PLACES = 8;
  private static final int PLACES = 6;
  private static final BigDecimal E8_PER_UNIT = BigDecimal.valueOf(10_000);

  /** Customers are dealt wrongly if what is found has a smaller chance. */
  private static final double MISMATCH = 0.001;

  /** Whose a change is. */
  record OfVersion(int version, String arm) {}

  private final String tenant;
  private final String campaign;

  /** As of the last minute that was compared. */
  final ArmStandings standings = new ArmStandings();

  final NavigableMap<Integer, DeclaredArms> declared = new TreeMap<>();

  /** Shares that versions expected that are not kept, in 10<sup>-8</sup> of a customer. */
  final NavigableMap<String, Long> expectedBefore = new TreeMap<>(CodePoints.ORDER);

  /** Changes of minutes that are not compared yet, by the minute's begin. */
  final NavigableMap<Long, Map<OfVersion, ArmSums>> open = new TreeMap<>();

  /** The arms that anything was added to. */
  final NavigableSet<String> known = new TreeSet<>(CodePoints.ORDER);

  /** The begin of the first minute that is not compared. */
  long openMillis = Long.MIN_VALUE;

  long refused;

  /**
   * Until when results of a version's experiment were found, or are to be: what was asked for up to
   * then is not found again. Of as many versions as are kept.
   */
  final NavigableMap<Integer, Long> asked = new TreeMap<>();

  /** Changes and minutes that have been compared. */
  long inputs;

  /** Of a campaign nothing is known of. */
  public ExperimentBook(String tenant, String campaign) {
    this.tenant = tenant;
    this.campaign = campaign;
  }

  /**
   * When the result of a version's experiment is to be found, for which nobody asks because nobody
   * waits: after its first grant.
   *
   * @param grantedMillis the end of the minute of a grant, epoch milliseconds
   * @return null if somebody asks, or it was told before
   */
  Long resultMillis(int version, long grantedMillis) {
    DeclaredArms arms = declared.get(version);
    if (arms == null
        || arms.experiment() == null
        || arms.scheduled()
        || asked.containsKey(version)) {
      return null;
    }
    return ExperimentResult.foundMillis(grantedMillis + arms.experiment().decideAfterMillis());
  }

  /** Whether a result of the version is found up to that instant, or is to be. */
  boolean isAsked(int version, long millis) {
    return asked.getOrDefault(version, Long.MIN_VALUE) >= millis;
  }

  /** A result of the version is found at that instant, or is to be. */
  void ask(int version, long millis) {
    asked.merge(version, millis, Math::max);
    while (asked.size() > MAX_VERSIONS) {
      asked.remove(asked.firstKey());
    }
  }

  /** What comes of a version's experiment, if one looks now. */
  ExperimentResult result(int version, long atMillis) {
    DeclaredArms arms = declared.get(version);
    String winner = arms == null ? null : winner(now(), arms.experiment());
    return ExperimentResult.of(tenant, campaign, version, winner, atMillis);
  }

  /** What is left of a book that is closed: rows of a later one overrule those of this one. */
  ExperimentBook closed() {
    ExperimentBook closed = new ExperimentBook(tenant, campaign);
    closed.inputs = inputs;
    closed.asked.putAll(asked);
    return closed;
  }

  /** Adds to an arm. */
  public void add(ArmChange change) {
    add(change, 1);
  }

  /**
   * Adds to an arm.
   *
   * @param changes how many changes it is the sum of
   */
  void add(ArmChange change, long changes) {
    inputs += changes;
    if (known.size() >= MAX_ARMS && !known.contains(change.arm())) {
      refused++;
      return;
    }
    known.add(change.arm());
    open.computeIfAbsent(Math.max(openMillis, change.minuteMillis()), none -> new HashMap<>())
        .merge(new OfVersion(change.version(), change.arm()), ArmSums.of(change), ArmSums::plus);
    if (open.size() > MAX_OPEN_MINUTES) {
      compareFirst();
    }
  }

  /** A version says which arms it has. */
  public void add(DeclaredArms arms) {
    declared.merge(arms.version(), arms, ExperimentBook::merge);
    while (declared.size() > MAX_VERSIONS) {
      forget(declared.firstKey());
    }
  }

  /** Of a version that nobody defined every grant tells an arm. */
  private static DeclaredArms merge(DeclaredArms one, DeclaredArms other) {
    if (one.isDefined() || other.isDefined()) {
      return other.isDefined() ? other : one;
    }
    return new DeclaredArms(
        one.tenant(),
        one.campaign(),
        one.version(),
        Stream.concat(one.shares().stream(), other.shares().stream())
            .distinct()
            .limit(MAX_ARMS)
            .toList(),
        null,
        false,
        other.currency());
  }

  /**
   * Compares the arms at the end of each minute that is complete.
   *
   * @param millis everything before it is known, epoch milliseconds
   */
  public void advanceTo(long millis) {
    long minute = Math.floorDiv(millis, MINUTE_MILLIS) * MINUTE_MILLIS;
    while (!open.isEmpty() && open.firstKey() < minute) {
      compareFirst();
    }
    openMillis = Math.max(openMillis, minute);
  }

  private void compareFirst() {
    inputs++;
    Map.Entry<Long, Map<OfVersion, ArmSums>> first = open.pollFirstEntry();
    openMillis = first.getKey() + MINUTE_MILLIS;
    compare(standings, first.getValue());
    while (standings.dealt.size() > MAX_VERSIONS) {
      forget(standings.dealt.firstKey());
    }
  }

  private static void compare(ArmStandings standings, Map<OfVersion, ArmSums> changes) {
    changes.forEach((of, more) -> standings.add(of.version, of.arm, more));
    standings.compare();
  }

  private void forget(int version) {
    addExpected(
        version,
        standings.dealt.getOrDefault(version, new TreeMap<>()),
        (arm, shareE8) -> expectedBefore.merge(arm, shareE8, Long::sum));
    standings.dealt.remove(version);
    declared.remove(version);
  }

  /** How many changes did not count because {@link #MAX_ARMS} were known. */
  public long refused() {
    return refused;
  }

  /** When something was compared last: the end of that minute, or later. */
  long comparedMillis() {
    return openMillis;
  }

  /** How the best variant is to be found, as the newest version says it; null if it doesn't. */
  public Experiment experiment() {
    return declared.isEmpty() ? null : declared.lastEntry().getValue().experiment();
  }

  /**
   * The variant that won, as things stand.
   *
   * @return null if there is no experiment, or none is the best beyond chance where it has to be
   */
  public String winner() {
    return winner(now(), experiment());
  }

  /**
   * The rows as things stand, one an arm, {@link ArmRow#SENT} the last.
   *
   * @param untilMillis up to when everything is known, epoch milliseconds
   */
  public List<ArmRow> rows(long untilMillis) {
    return new Rows(untilMillis).all();
  }

  /** With the minutes that are not complete, as if they ended now. */
  private ArmStandings now() {
    ArmStandings now = standings.copy();
    open.values().forEach(changes -> compare(now, changes));
    return now;
  }

  // Which arms there are

  /** Those of the newest version first, in declared order; what nobody declared last. */
  private List<String> variants(ArmStandings now) {
    Set<String> variants = new LinkedHashSet<>();
    for (DeclaredArms version : declared.descendingMap().values()) {
      version.shares().forEach(share -> variants.add(share.arm()));
    }
    now.arms.forEach(
        (arm, sums) -> {
          if (sums.customers() > 0) {
            variants.add(arm);
          }
        });
    variants.remove(Decision.CONTROL);
    return List.copyOf(variants);
  }

  private boolean hasControl(ArmStandings now) {
    return now.of(Decision.CONTROL).customers() > 0
        || declared.values().stream()
            .flatMap(version -> version.shares().stream())
            .anyMatch(share -> share.arm().equals(Decision.CONTROL));
  }

  // How many customers they were to have

  private NavigableMap<String, Long> expectedE8(ArmStandings now) {
    NavigableMap<String, Long> expected = new TreeMap<>(expectedBefore);
    now.dealt.forEach(
        (version, customers) ->
            addExpected(
                version, customers, (arm, shareE8) -> expected.merge(arm, shareE8, Long::sum)));
    return expected;
  }

  private void addExpected(int version, Map<String, Long> dealt, ObjLongConsumer<String> to) {
    DeclaredArms arms = declared.get(version);
    if (arms != null && arms.isDefined()) {
      long customers = dealt.values().stream().mapToLong(Long::longValue).sum();
      arms.shares().forEach(share -> to.accept(share.arm(), customers * share.shareE8()));
      return;
    }
    // Of a version that nobody defined each customer is where it was to be.
    dealt.forEach(
        (arm, customers) -> {
          if (!arm.equals(Decision.CONTROL)) {
            to.accept(arm, customers * ALL_E8);
          }
        });
  }

  /** Pearson's chi-square test of the arms' sizes; null if there is but one. */
  private static Double sampleRatioP(
      List<String> arms, ArmStandings now, Map<String, Long> expectedE8) {
    double square = 0;
    int dealt = 0;
    for (String arm : arms) {
      double expected = (double) expectedE8.getOrDefault(arm, 0L) / ALL_E8;
      long found = now.of(arm).customers();
      if (expected > 0) {
        square += (found - expected) * (found - expected) / expected;
        dealt++;
      } else if (found > 0) {
        return 0.0;
      }
    }
    return dealt < 2
        ? null
        : (Double) ChiSquaredDistribution.of(dealt - 1.0).survivalProbability(square);
  }

  // Who won

  private String winner(ArmStandings now, Experiment experiment) {
    if (experiment == null) {
      return null;
    }
    List<String> variants = variants(now);
    String best = null;
    double highest = Double.NEGATIVE_INFINITY;
    for (String arm : variants) {
      double estimate = estimate(experiment.metric(), now.of(arm));
      if (estimate > highest) {
        best = arm;
        highest = estimate;
      }
    }
    boolean stays =
        best != null
            && (experiment.then() == Experiment.Then.BEST
                || isSignificant(experiment.metric(), best, variants, now));
    return stays ? best : null;
  }

  /** NaN, which is not above anything, of what cannot be told. */
  private static double estimate(Experiment.Metric metric, ArmSums sums) {
    return switch (metric) {
      case PAID_RATE -> Sample.ofConversions(sums).mean();
      case REVENUE_PER_CUSTOMER -> Sample.ofRevenue(sums).mean();
      case ROI ->
          sums.customers() < 1 || sums.costE8().signum() == 0
              ? Double.NaN
              : sums.revenueUnits().doubleValue() / sums.costE8().doubleValue();
    };
  }

  private static boolean isSignificant(
      Experiment.Metric metric, String best, List<String> variants, ArmStandings now) {
    boolean significant = variants.size() > 1;
    for (String arm : variants) {
      ArmStandings.Chances chances = now.amongVariants(best, arm);
      double p = metric == Experiment.Metric.PAID_RATE ? chances.conversion() : chances.revenue();
      significant &= ArmStandings.isEnough(now.of(arm));
      significant &= arm.equals(best) || p < SequentialTest.ALPHA;
    }
    return significant;
  }

  /** The rows of an instant. */
  private final class Rows {
    private final long untilMillis;
    private final ArmStandings now = now();
    private final List<String> variants = variants(now);
    private final String winner = winner(now, experiment());
    private final ArmSums control = hasControl(now) ? now.of(Decision.CONTROL) : null;
    private final Map<String, Long> expectedE8 = expectedE8(now);
    private final Double sampleRatioP;

    Rows(long untilMillis) {
      this.untilMillis = untilMillis;
      List<String> arms = new ArrayList<>(variants);
      if (control != null) {
        arms.add(Decision.CONTROL);
      }
      this.sampleRatioP = sampleRatioP(arms, now, expectedE8);
    }

    List<ArmRow> all() {
      List<ArmRow> rows = new ArrayList<>();
      long expectedOfAll = 0;
      for (String arm : variants) {
        long expected = expectedE8.getOrDefault(arm, 0L);
        expectedOfAll += expected;
        rows.add(
            row(
                arm,
                now.of(arm),
                expected,
                now.againstControl.getOrDefault(arm, ArmStandings.Chances.NONE)));
      }
      if (control != null) {
        long expected = expectedE8.getOrDefault(Decision.CONTROL, 0L);
        rows.add(row(Decision.CONTROL, control, expected, null));
      }
      rows.add(row(ArmRow.SENT, now.sent(), expectedOfAll, now.ofSent));
      return rows;
    }

    /**
     * One row.
     *
     * @param chances null of who was held back
     */
    private ArmRow row(String arm, ArmSums sums, long expected, ArmStandings.Chances chances) {
      boolean compared = control != null && chances != null;
      Sample conversions = Sample.ofConversions(sums);
      Sample revenue = Sample.ofRevenue(sums);
      return new ArmRow(
          tenant,
          campaign,
          arm,
          untilMillis,
          sums.customers(),
          BigDecimal.valueOf(expected, SHARE_PLACES).setScale(PLACES, RoundingMode.HALF_UP),
          sums.conversions(),
          compared
              ? ArmMeasure.of(conversions, Sample.ofConversions(control), chances.conversion())
              : ArmMeasure.of(conversions),
          declared.isEmpty() ? "" : declared.lastEntry().getValue().currency(),
          sums.revenueUnits(),
          units(sums.costE8()),
          compared
              ? ArmMeasure.of(revenue, Sample.ofRevenue(control), chances.revenue())
              : ArmMeasure.of(revenue),
          sampleRatioP == null ? null : ArmMeasure.rounded(sampleRatioP),
          sampleRatioP != null && sampleRatioP < MISMATCH,
          ArmStandings.isEnough(sums) && (!compared || ArmStandings.isEnough(control)),
          chances != null && !arm.equals(ArmRow.SENT) && arm.equals(winner),
          inputs);
    }
  }

  private static BigInteger units(BigInteger costE8) {
    return new BigDecimal(costE8).divide(E8_PER_UNIT, 0, RoundingMode.HALF_UP).toBigIntegerExact();
  }
}
