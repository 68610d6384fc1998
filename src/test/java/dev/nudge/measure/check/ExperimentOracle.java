package dev.nudge.measure.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nudge.measure.check.Customer.Payment;
import dev.nudge.measure.check.Customer.Reached;
import dev.nudge.measure.check.Customer.Refund;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The arms of one campaign: how many customers, how many of them were converted, what they paid,
 * and what of it is not chance.
 */
final class ExperimentOracle {
  static final String CONTROL = "CONTROL";

  /** All whose arm is not {@link #CONTROL}. */
  static final String SENT = "SENT";

  private static final long MINUTE = 60_000;
  private static final BigDecimal UNITS = BigDecimal.valueOf(10_000);
  private static final int ENOUGH_CUSTOMERS = 50;
  private static final int ENOUGH_CONVERSIONS = 5;
  private static final int ENOUGH_CONVERSIONS_FOR_REVENUE = 50;
  private static final double ALPHA = 0.05;
  private static final double RHO_SQUARED =
      (-2 * Math.log(ALPHA) + Math.log(-2 * Math.log(ALPHA) + 1)) / 5_000;
  private static final double NORMAL_95 = 1.959963984540054;
  private static final double MISMATCH = 0.001;

  private record Money(long at, BigInteger units) {}

  /** A customer. */
  private record Unit(
      String arm,
      long from,
      Definitions.Campaign definition,
      long convertedAt,
      List<Money> money,
      BigDecimal cost) {}

  /** An arm's sums at an instant. */
  static final class Sums {
    long customers;
    long converted;
    BigInteger revenue = BigInteger.ZERO;
    BigInteger squares = BigInteger.ZERO;

    boolean isEnough() {
      return customers >= ENOUGH_CUSTOMERS && converted >= ENOUGH_CONVERSIONS;
    }

    boolean isEnoughFor(boolean revenue) {
      return isEnough() && (!revenue || converted >= ENOUGH_CONVERSIONS_FOR_REVENUE);
    }

    /** Mean and sample variance; absent ones are NaN. */
    Sample sample(boolean ofRevenue) {
      BigInteger sum = ofRevenue ? revenue : BigInteger.valueOf(converted);
      BigInteger square = ofRevenue ? squares : BigInteger.valueOf(converted);
      double one = ofRevenue ? UNITS.doubleValue() : 1;
      BigInteger n = BigInteger.valueOf(customers);
      double mean = customers == 0 ? Double.NaN : sum.doubleValue() / customers / one;
      double variance =
          customers < 2
              ? Double.NaN
              : n.multiply(square).subtract(sum.multiply(sum)).doubleValue()
                  / customers
                  / (customers - 1)
                  / one
                  / one;
      return new Sample(customers, mean, variance);
    }
  }

  /** What is compared with another one. */
  record Sample(long n, double mean, double variance) {}

  private final MeasureOracle oracle;
  private final String tenant;
  private final String campaign;
  private final List<Grant> grants;
  private final List<Unit> units = new ArrayList<>();
  private final Set<String> variants = new LinkedHashSet<>();
  private final List<Map<String, Sums>> history = new ArrayList<>();
  private boolean hasControl;

  ExperimentOracle(MeasureOracle oracle, String tenant, String campaign, List<Grant> grants) {
    this.oracle = oracle;
    this.tenant = tenant;
    this.campaign = campaign;
    this.grants = grants;
  }

  /** One row for each arm. */
  List<ObjectNode> rows() {
    Definitions.Policy policy = oracle.definitions.policy(tenant);
    oracle
        .tenants
        .get(tenant)
        .values()
        .forEach(customer -> addUnit(policy, customer, ofCampaign(customer)));
    addArms();
    tellHistory();
    Map<String, Sums> last = history.get(history.size() - 1);
    Double sampleRatio = sampleRatio(last);
    String winner = winner(last);
    List<ObjectNode> rows = new ArrayList<>();
    for (String arm : arms()) {
      rows.add(row(policy, arm, last, sampleRatio, arm.equals(winner)));
    }
    return rows;
  }

  private List<Grant> ofCampaign(Customer customer) {
    return customer.grants.stream().filter(grants::contains).toList();
  }

  private void addUnit(Definitions.Policy policy, Customer customer, List<Grant> own) {
    if (own.isEmpty()) {
      return;
    }
    Grant first =
        own.stream()
            .min(Comparator.comparingLong((Grant each) -> each.at).thenComparing(each -> each.id))
            .orElseThrow();
    long convertedAt = Long.MAX_VALUE;
    BigDecimal cost = BigDecimal.ZERO;
    for (Grant grant : own) {
      long primary = grant.definition.windows().get(0);
      Reached goal = customer.steps(grant, primary, "any").get("GOAL");
      convertedAt = goal == null ? convertedAt : Math.min(convertedAt, goal.at());
      if (!grant.control) {
        for (MeasureOracle.Move move : oracle.moves(customer, grant, primary, "any")) {
          boolean counts = move.currency().equals(policy.costCurrency());
          cost = counts ? cost.add(move.cost()) : cost;
        }
      }
    }
    units.add(
        new Unit(
            first.variant,
            first.at,
            first.definition,
            convertedAt,
            money(policy, customer, own),
            cost));
  }

  /** What a customer paid within the primary window of any grant, each order once, and refunds. */
  private static List<Money> money(Definitions.Policy policy, Customer customer, List<Grant> own) {
    List<Money> money = new ArrayList<>();
    for (Payment payment : customer.payments) {
      boolean counts = false;
      for (Grant grant : own) {
        counts |= grant.isOpen(payment.paid().at, grant.definition.windows().get(0));
      }
      if (counts && (policy.currency() == null || policy.currency().equals(payment.currency()))) {
        money.add(new Money(payment.paid().at, units(payment.paid().amount("amount"))));
        for (Refund refund : payment.refunds()) {
          money.add(new Money(refund.at(), units(refund.effect().negate())));
        }
      }
    }
    return money;
  }

  private static BigInteger units(BigDecimal amount) {
    return amount.multiply(UNITS).toBigIntegerExact();
  }

  private void addArms() {
    for (Grant grant :
        grants.stream().sorted(Comparator.comparingInt((Grant each) -> -each.version)).toList()) {
      for (String variant : grant.definition.variants().keySet()) {
        if (grant.definition.share(variant).signum() > 0) {
          variants.add(variant);
        }
      }
      hasControl |= grant.definition.control().signum() > 0;
    }
    for (Unit unit : units.stream().sorted(Comparator.comparing(Unit::arm)).toList()) {
      if (unit.arm.equals(CONTROL)) {
        hasControl = true;
      } else {
        variants.add(unit.arm);
      }
    }
  }

  private List<String> arms() {
    List<String> arms = new ArrayList<>(variants);
    if (hasControl) {
      arms.add(CONTROL);
    }
    arms.add(SENT);
    return arms;
  }

  /** The state at the end of each minute in which something happened, the last one being now. */
  private void tellHistory() {
    Set<Long> minutes = new TreeSet<>();
    for (Unit unit : units) {
      minutes.add(Math.floorDiv(unit.from, MINUTE));
      if (unit.convertedAt != Long.MAX_VALUE) {
        minutes.add(Math.floorDiv(unit.convertedAt, MINUTE));
      }
      unit.money.forEach(each -> minutes.add(Math.floorDiv(each.at, MINUTE)));
    }
    for (long minute : minutes) {
      history.add(sumsBefore((minute + 1) * MINUTE));
    }
  }

  private Map<String, Sums> sumsBefore(long end) {
    Map<String, Sums> sums = new TreeMap<>();
    arms().forEach(arm -> sums.put(arm, new Sums()));
    for (Unit unit : units) {
      if (unit.from < end) {
        BigInteger revenue = BigInteger.ZERO;
        for (Money each : unit.money) {
          revenue = each.at < end ? revenue.add(each.units) : revenue;
        }
        add(sums.get(unit.arm), unit, revenue, end);
        if (!unit.arm.equals(CONTROL)) {
          add(sums.get(SENT), unit, revenue, end);
        }
      }
    }
    return sums;
  }

  private static void add(Sums sums, Unit unit, BigInteger revenue, long end) {
    sums.customers++;
    sums.converted += unit.convertedAt < end ? 1 : 0;
    sums.revenue = sums.revenue.add(revenue);
    sums.squares = sums.squares.add(revenue.multiply(revenue));
  }

  // What is not chance

  /** The smallest p that an arm had against another one since both had enough data. */
  private double anytimeP(String arm, String against, boolean ofRevenue) {
    double p = 1;
    for (Map<String, Sums> sums : history) {
      if (sums.get(arm).isEnoughFor(ofRevenue) && sums.get(against).isEnoughFor(ofRevenue)) {
        p = Math.min(p, p(sums.get(arm).sample(ofRevenue), sums.get(against).sample(ofRevenue)));
      }
    }
    return p;
  }

  /** "min(1, 1/L)" of a Gaussian mixture. */
  static double p(Sample a, Sample b) {
    double lift = a.mean - b.mean;
    double variance = a.variance / a.n + b.variance / b.n;
    if (variance == 0 && lift != 0) {
      return 0;
    }
    double squaredZ = lift == 0 ? 0 : lift * lift / variance;
    double scaled = (a.n + b.n) * RHO_SQUARED;
    double logL = squaredZ * scaled / (2 * (1 + scaled)) - Math.log(1 + scaled) / 2;
    return Math.min(1, Math.exp(-logL));
  }

  private BigDecimal expected(String arm) {
    BigDecimal expected = BigDecimal.ZERO;
    for (Unit unit : units) {
      for (String each : arm.equals(SENT) ? unit.definition.variants().keySet() : List.of(arm)) {
        expected = expected.add(unit.definition.share(each));
      }
    }
    return expected;
  }

  /** The chance that arms as unequal as these come by dealing; null if there is but one. */
  private Double sampleRatio(Map<String, Sums> last) {
    double square = 0;
    int arms = 0;
    for (String arm : arms()) {
      if (arm.equals(SENT)) {
        continue;
      }
      double expected = expected(arm).doubleValue();
      long found = last.get(arm).customers;
      if (expected > 0) {
        square += (found - expected) * (found - expected) / expected;
        arms++;
      } else if (found > 0) {
        return 0.0;
      }
    }
    return arms < 2 ? null : Double.valueOf(chiSquareTail(square, arms - 1));
  }

  /**
   * The upper tail of the chi-square distribution: of an even number of degrees a sum of Poisson
   * probabilities, of an odd one from the normal distribution's tail upwards.
   */
  static double chiSquareTail(double square, int degrees) {
    boolean even = degrees % 2 == 0;
    double half = square / 2;
    double tail = even ? Math.exp(-half) : normalTails(Math.sqrt(square));
    double term = even ? Math.exp(-half) * half : 2 * Math.exp(-half) * Math.sqrt(half / Math.PI);
    for (double k = even ? 2 : 1; k < degrees; k += 2) {
      // The tail with k + 2 degrees is that with k, and one more term.
      tail += term;
      term *= half / (k / 2 + 1);
    }
    return Math.min(1, tail);
  }

  /** The chance that a standard normal is beyond z on either side. */
  static double normalTails(double z) {
    if (z < 3) {
      // The series of the distribution function around 0.
      double term = z;
      double sum = z;
      for (int k = 1; k < 200; k++) {
        term *= z * z / (2 * k + 1);
        sum += term;
      }
      return 1 - 2 * sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }
    // The continued fraction of Mills' ratio.
    double fraction = z;
    for (int k = 200; k > 0; k--) {
      fraction = z + k / fraction;
    }
    return 2 * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) / fraction;
  }

  // Who won

  private String winner(Map<String, Sums> last) {
    Grant newest =
        grants.stream().max(Comparator.comparingInt((Grant each) -> each.version)).orElseThrow();
    String metric = newest.definition.metric();
    if (metric == null) {
      return null;
    }
    String best = null;
    double highest = Double.NEGATIVE_INFINITY;
    for (String arm : variants) {
      double estimate = estimate(metric, arm, last.get(arm));
      if (estimate > highest) {
        best = arm;
        highest = estimate;
      }
    }
    if (best == null || newest.definition.then().equals("BEST")) {
      return best;
    }
    boolean significant = variants.size() > 1;
    for (String arm : variants) {
      significant &= arm.equals(best) || anytimeP(best, arm, !metric.equals("paidRate")) < ALPHA;
      significant &= last.get(arm).isEnough();
    }
    return significant ? best : null;
  }

  private double estimate(String metric, String arm, Sums sums) {
    if (metric.equals("roi")) {
      BigDecimal cost = cost(arm);
      return sums.customers == 0 || cost.signum() == 0
          ? Double.NaN
          : sums.revenue.doubleValue() / UNITS.doubleValue() / cost.doubleValue();
    }
    return sums.sample(!metric.equals("paidRate")).mean;
  }

  private BigDecimal cost(String arm) {
    BigDecimal cost = BigDecimal.ZERO;
    for (Unit unit : units) {
      boolean counts = arm.equals(SENT) ? !unit.arm.equals(CONTROL) : unit.arm.equals(arm);
      cost = counts ? cost.add(unit.cost) : cost;
    }
    return cost;
  }

  // Rows

  private ObjectNode row(
      Definitions.Policy policy,
      String arm,
      Map<String, Sums> last,
      Double sampleRatio,
      boolean won) {
    Sums sums = last.get(arm);
    boolean compared = hasControl && !arm.equals(CONTROL);
    ObjectNode row = Event.JSON.createObjectNode();
    row.put("tenant", tenant);
    row.put("campaign", campaign);
    row.put("arm", arm);
    row.put("asOf", Instant.ofEpochMilli(oracle.until).toString());
    row.put("customers", sums.customers);
    row.put("expected", Lines.plain(expected(arm).setScale(6, RoundingMode.HALF_UP)));
    row.put("conversions", sums.converted);
    putMeasures(row, "conversion", "Rate", arm, last, false);
    row.put("currency", policy.costCurrency());
    row.put("revenue", Lines.money(new BigDecimal(sums.revenue, 4)));
    row.put("cost", Lines.money(cost(arm).setScale(4, RoundingMode.HALF_UP)));
    putMeasures(row, "revenue", "PerCustomer", arm, last, true);
    row.put("sampleRatioP", sampleRatio == null ? null : number(sampleRatio));
    row.put("sampleRatioMismatch", sampleRatio != null && sampleRatio < MISMATCH);
    row.put("enough", sums.isEnough() && (!compared || last.get(CONTROL).isEnough()));
    row.put("winner", won);
    return row;
  }

  private void putMeasures(
      ObjectNode row,
      String what,
      String meanName,
      String arm,
      Map<String, Sums> last,
      boolean ofRevenue) {
    Sample own = last.get(arm).sample(ofRevenue);
    boolean compared = hasControl && !arm.equals(CONTROL);
    Sample control =
        compared ? last.get(CONTROL).sample(ofRevenue) : new Sample(0, Double.NaN, Double.NaN);
    double lift = own.mean - control.mean;
    double margin = NORMAL_95 * Math.sqrt(own.variance / own.n + control.variance / control.n);
    double ratio = own.mean / control.mean;
    double relative = control.mean == 0 ? Double.NaN : ratio - 1;
    double relativeMargin =
        NORMAL_95
            * Math.sqrt(own.variance / own.n + ratio * ratio * control.variance / control.n)
            / Math.abs(control.mean);
    row.put(what + meanName, number(own.mean));
    row.put(what + "Lift", number(lift));
    row.put(what + "LiftLow", number(lift - margin));
    row.put(what + "LiftHigh", number(lift + margin));
    row.put(what + "RelativeLift", number(relative));
    row.put(what + "RelativeLiftLow", number(relative - relativeMargin));
    row.put(what + "RelativeLiftHigh", number(relative + relativeMargin));
    row.put(what + "P", compared ? number(anytimeP(arm, CONTROL, ofRevenue)) : null);
  }

  /** To six places; null if there is none. */
  private static BigDecimal number(double value) {
    return Double.isFinite(value)
        ? Lines.plain(BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP))
        : null;
  }
}
