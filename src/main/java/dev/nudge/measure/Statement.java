package dev.nudge.measure;

import static dev.nudge.measure.FunnelStep.CLAIMED;
import static dev.nudge.measure.FunnelStep.CLICKED;
import static dev.nudge.measure.FunnelStep.EXPOSED;
import static dev.nudge.measure.FunnelStep.GOAL;
import static dev.nudge.measure.FunnelStep.REDEEMED;
import static dev.nudge.measure.FunnelStep.SENT;

import dev.nudge.definition.Cost;
import dev.nudge.definition.CostModel;
import dev.nudge.definition.Resource;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that one grant adds to the rows, as things stand. What changed is the difference of two: a
 * correction takes back what was said before.
 *
 * <p>Costs are exact in 10<sup>-8</sup>: a price is a multiple of 10<sup>-4</sup>, a thousandth of
 * it of 10<sup>-7</sup>, a share of an amount of 10<sup>-8</sup>.
 */
final class Statement {
  static final Statement NOTHING = new Statement();

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long HOUR_MILLIS = 3_600_000L;

  /** 10<sup>-8</sup> in a ten-thousandth. */
  private static final long E8_PER_UNIT = 10_000L;

  /** 10<sup>-8</sup> in the thousandth of a ten-thousandth. */
  private static final long E8_PER_MILLI_UNIT = 10L;

  private static final List<FunnelStep> CHARGED = List.of(SENT, EXPOSED, CLICKED, GOAL);

  private record Tally(long grants, BigInteger units) {
    static final Tally NONE = new Tally(0, BigInteger.ZERO);

    Tally plus(Tally other) {
      return new Tally(grants + other.grants, units.add(other.units));
    }

    Tally minus(Tally other) {
      return new Tally(grants - other.grants, units.subtract(other.units));
    }
  }

  private record Money(long grants, BigInteger revenueUnits, BigInteger costE8) {
    static final Money NONE = new Money(0, BigInteger.ZERO, BigInteger.ZERO);

    Money plus(Money other) {
      return new Money(
          grants + other.grants, revenueUnits.add(other.revenueUnits), costE8.add(other.costE8));
    }

    Money minus(Money other) {
      return new Money(
          grants - other.grants,
          revenueUnits.subtract(other.revenueUnits),
          costE8.subtract(other.costE8));
    }
  }

  /** Where a grant stands in the drill-down. */
  private record Place(Grant grant, long windowMillis, Touch touch, FunnelStep step) {
    StepChange change(Reached reached, boolean isReached) {
      return new StepChange(
          grant.id(),
          grant.campaign(),
          grant.version(),
          grant.variant(),
          windowMillis,
          touch,
          step,
          reached.atMillis(),
          reached.currency(),
          reached.amountUnits(),
          isReached);
    }
  }

  private final Map<Place, Reached> steps = new HashMap<>();
  private final Map<FunnelKey, Tally> funnel = new HashMap<>();
  private final Map<MoneyKey, Money> money = new HashMap<>();
  private final Map<Long, BigInteger> armCostsE8 = new HashMap<>();

  private Statement() {}

  /** Of a grant, in every window that it declares and by both touches. */
  static Statement of(String tenant, CustomerHistory history, Grant grant) {
    Statement statement = new Statement();
    for (long windowMillis : grant.terms().windowsMillis()) {
      for (Touch touch : Touch.values()) {
        Map<FunnelStep, Reached> steps = history.steps(grant, windowMillis, touch);
        steps.forEach(
            (step, reached) -> {
              statement.steps.put(new Place(grant, windowMillis, touch, step), reached);
              statement.funnel.merge(
                  funnelKey(tenant, grant, windowMillis, touch, step, reached),
                  new Tally(1, BigInteger.valueOf(reached.amountUnits())),
                  Tally::plus);
            });
        if (!grant.control()) {
          statement.new Account(tenant, grant, windowMillis, touch).addAll(history, steps);
        }
      }
    }
    return statement;
  }

  /** Of the refunds of which no payment is known. */
  static Statement ofUnattributed(String tenant, CustomerHistory history) {
    Statement statement = new Statement();
    for (Fact fact : history.facts) {
      if (fact.isRefund() && history.paymentOf(fact) == null) {
        MoneyKey key =
            new MoneyKey(
                tenant,
                MoneyKey.UNATTRIBUTED,
                floor(fact.atMillis(), HOUR_MILLIS),
                Basis.EVENT,
                0,
                Touch.ANY,
                fact.rowCurrency());
        BigInteger taken = BigInteger.valueOf(-fact.amountUnits());
        statement.money.merge(key, new Money(0, taken, BigInteger.ZERO), Money::plus);
      }
    }
    return statement;
  }

  /** What the grant costs the arm of its customer, by the minute's begin. */
  Map<Long, BigInteger> armCostsE8() {
    return armCostsE8;
  }

  /** Says what is different from before. */
  void sayWhatChanged(Statement before, Contributions out) {
    sayWhichSteps(before, out);
    Map<FunnelKey, Tally> counts = new HashMap<>(funnel);
    before.funnel.forEach(
        (key, tally) -> counts.put(key, funnel.getOrDefault(key, Tally.NONE).minus(tally)));
    counts.forEach(
        (key, tally) -> {
          if (!tally.equals(Tally.NONE)) {
            out.add(new FunnelChange(key, tally.grants, tally.units));
          }
        });
    Map<MoneyKey, Money> sums = new HashMap<>(money);
    before.money.forEach(
        (key, sum) -> sums.put(key, money.getOrDefault(key, Money.NONE).minus(sum)));
    sums.forEach(
        (key, sum) -> {
          if (!sum.equals(Money.NONE)) {
            out.add(new MoneyChange(key, sum.grants, sum.revenueUnits, sum.costE8));
          }
        });
  }

  private void sayWhichSteps(Statement before, Contributions out) {
    steps.forEach(
        (place, reached) -> {
          Reached was = before.steps.get(place);
          if (was == null || !place.change(was, true).equals(place.change(reached, true))) {
            out.add(place.change(reached, true));
          }
        });
    before.steps.forEach(
        (place, was) -> {
          if (!steps.containsKey(place)) {
            out.add(place.change(was, false));
          }
        });
  }

  private static FunnelKey funnelKey(
      String tenant,
      Grant grant,
      long windowMillis,
      Touch touch,
      FunnelStep step,
      Reached reached) {
    return new FunnelKey(
        tenant,
        grant.campaign(),
        grant.version(),
        grant.variant(),
        floor(reached.atMillis(), MINUTE_MILLIS),
        windowMillis,
        touch,
        step,
        reached.currency());
  }

  private static long floor(long millis, long of) {
    return Math.floorDiv(millis, of) * of;
  }

  /** What a grant brought and cost, by one window and touch. */
  private final class Account {
    private final String tenant;
    private final Grant grant;
    private final long windowMillis;
    private final Touch touch;

    Account(String tenant, Grant grant, long windowMillis, Touch touch) {
      this.tenant = tenant;
      this.grant = grant;
      this.windowMillis = windowMillis;
      this.touch = touch;
    }

    void addAll(CustomerHistory history, Map<FunnelStep, Reached> steps) {
      Money one = new Money(1, BigInteger.ZERO, BigInteger.ZERO);
      add(grant.atMillis(), grant.costCurrency(), one);
      for (FunnelStep step : CHARGED) {
        Reached reached = steps.get(step);
        if (reached != null) {
          addCost(reached, stepE8(grant.costOf(reached.channel()), step));
          addCost(reached, stepE8(grant.terms().cost(), step));
        }
      }
      addResource(steps);
      for (Fact fact : history.facts) {
        if (fact.isPaid() && history.isTouched(grant, fact.atMillis(), windowMillis, touch)) {
          addPayment(history, fact);
        }
      }
    }

    /** A discount costs when it is redeemed, anything else when it is given. */
    private void addResource(Map<FunnelStep, Reached> steps) {
      Resource.Kind kind = grant.terms().resourceKind();
      if (kind == null || kind == Resource.Kind.COUPON) {
        Reached redeemed = steps.get(REDEEMED);
        if (redeemed != null) {
          addCost(redeemed, e8(redeemed.amountUnits()));
        }
      } else {
        Reached given = steps.get(grant.terms().mustBeClaimed() ? CLAIMED : SENT);
        if (given != null) {
          addCost(given, e8(grant.amountUnits()));
        }
      }
    }

    /** A refund gives the share back at which its payment cost. */
    private void addPayment(CustomerHistory history, Fact paid) {
      long share =
          share(grant.costOf(history.channelUsed(grant, paid))) + share(grant.terms().cost());
      String currency = grant.rowCurrency(paid.currency());
      add(paid.atMillis(), currency, revenue(paid.amountUnits(), share));
      for (CustomerHistory.Refund refund : history.refundsOf(paid)) {
        add(refund.atMillis(), currency, revenue(-refund.units(), share));
      }
    }

    private void addCost(Reached reached, BigInteger costE8) {
      add(reached.atMillis(), grant.costCurrency(), new Money(0, BigInteger.ZERO, costE8));
    }

    private void add(long atMillis, String currency, Money sum) {
      if (windowMillis == grant.terms().primaryMillis()
          && touch == Touch.ANY
          && currency.equals(grant.costCurrency())
          && sum.costE8.signum() != 0) {
        armCostsE8.merge(floor(atMillis, MINUTE_MILLIS), sum.costE8, BigInteger::add);
      }
      for (Basis basis : Basis.values()) {
        long hour = floor(basis == Basis.EVENT ? atMillis : grant.atMillis(), HOUR_MILLIS);
        money.merge(
            new MoneyKey(tenant, grant.campaign(), hour, basis, windowMillis, touch, currency),
            sum,
            Money::plus);
      }
    }
  }

  private static Money revenue(long units, long share) {
    BigInteger revenue = BigInteger.valueOf(units);
    return new Money(0, revenue, revenue.multiply(BigInteger.valueOf(share)));
  }

  private static BigInteger e8(long units) {
    return BigInteger.valueOf(units).multiply(BigInteger.valueOf(E8_PER_UNIT));
  }

  private static BigInteger stepE8(Cost cost, FunnelStep step) {
    boolean isCharged =
        switch (cost.model()) {
          case PER_SEND -> step == SENT;
          case CPM -> step == EXPOSED;
          case CPC -> step == CLICKED;
          case CPA -> step == GOAL;
          case CPS, FLAT -> false;
        };
    return isCharged
        ? BigInteger.valueOf(cost.expectedMilliUnits())
            .multiply(BigInteger.valueOf(E8_PER_MILLI_UNIT))
        : BigInteger.ZERO;
  }

  /** The share of revenue, in ten-thousandths. */
  private static long share(Cost cost) {
    return cost.model() == CostModel.CPS ? cost.priceUnits() : 0;
  }
}
