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
import java.util.ArrayList;
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
  static final Statement NOTHING = new Statement(null, null, List.of());

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long HOUR_MILLIS = 3_600_000L;

  /** 10<sup>-8</sup> in a ten-thousandth. */
  private static final long E8_PER_UNIT = 10_000L;

  /** 10<sup>-8</sup> in the thousandth of a ten-thousandth. */
  private static final long E8_PER_MILLI_UNIT = 10L;

  private static final List<FunnelStep> CHARGED = List.of(SENT, EXPOSED, CLICKED, GOAL);

  private record Money(long grants, BigInteger revenueUnits, BigInteger costE8) {
    static final Money NONE = new Money(0, BigInteger.ZERO, BigInteger.ZERO);

    Money plus(Money other) {
      return new Money(
          grants + other.grants, revenueUnits.add(other.revenueUnits), costE8.add(other.costE8));
    }

    Money negated() {
      return new Money(-grants, revenueUnits.negate(), costE8.negate());
    }
  }

  /** What moved at an instant, by a window and touch. */
  private record Move(
      long windowMillis, Touch touch, long atMillis, String currency, Money money) {}

  private final String tenant;

  /** Null for what is of no grant. */
  private final Grant grant;

  /** By window, then touch; empty of a grant that there was not. */
  private final List<Map<FunnelStep, Reached>> steps;

  private final List<Move> moves = new ArrayList<>();

  private Statement(String tenant, Grant grant, List<Map<FunnelStep, Reached>> steps) {
    this.tenant = tenant;
    this.grant = grant;
    this.steps = steps;
  }

  /**
   * Of a grant, in every window that it declares and by both touches.
   *
   * @param steps how far it came, by window, then touch
   */
  static Statement of(
      String tenant, CustomerHistory history, Grant grant, List<Map<FunnelStep, Reached>> steps) {
    Statement statement = new Statement(tenant, grant, steps);
    if (!grant.control()) {
      statement.forEachWindow(
          (index, windowMillis, touch) ->
              statement.new Account(windowMillis, touch).addAll(history, steps.get(index)));
    }
    return statement;
  }

  /** Of the refunds of which no payment is known. */
  static Statement ofUnattributed(String tenant, CustomerHistory history) {
    Statement statement = new Statement(tenant, null, List.of());
    for (Fact fact : history.facts) {
      if (fact.isRefund() && history.paymentOf(fact) == null) {
        BigInteger taken = BigInteger.valueOf(-fact.amountUnits());
        statement.moves.add(
            new Move(
                0,
                Touch.ANY,
                fact.atMillis(),
                fact.rowCurrency(),
                new Money(0, taken, BigInteger.ZERO)));
      }
    }
    return statement;
  }

  private interface PerWindow {
    void accept(int index, long windowMillis, Touch touch);
  }

  private void forEachWindow(PerWindow action) {
    int index = 0;
    for (long windowMillis : grant.terms().windowsMillis()) {
      for (Touch touch : Touch.values()) {
        action.accept(index++, windowMillis, touch);
      }
    }
  }

  /** Whether the same money moved. */
  boolean movesAs(Statement other) {
    return moves.equals(other.moves);
  }

  /** What the grant costs the arm of its customer, by the minute's begin. */
  Map<Long, BigInteger> armCostsE8() {
    Map<Long, BigInteger> costs = new HashMap<>();
    for (Move move : moves) {
      if (move.windowMillis == grant.terms().primaryMillis()
          && move.touch == Touch.ANY
          && move.currency.equals(grant.costCurrency())
          && move.money.costE8.signum() != 0) {
        costs.merge(floor(move.atMillis, MINUTE_MILLIS), move.money.costE8, BigInteger::add);
      }
    }
    return costs;
  }

  /** Says what is different from before. */
  void sayWhatChanged(Statement before, Contributions out) {
    if (grant != null) {
      forEachWindow(
          (index, windowMillis, touch) -> {
            Map<FunnelStep, Reached> was =
                before.steps.isEmpty() ? Map.of() : before.steps.get(index);
            sayWhichSteps(new Place(windowMillis, touch), was, steps.get(index), out);
          });
    }
    if (!movesAs(before)) {
      sayWhatMoved(before, out);
    }
  }

  private void sayWhichSteps(
      Place place, Map<FunnelStep, Reached> was, Map<FunnelStep, Reached> is, Contributions out) {
    for (FunnelStep step : FunnelStep.values()) {
      Reached before = was.get(step);
      Reached now = is.get(step);
      if (before == null ? now == null : now != null && isAlike(before, now)) {
        continue;
      }
      out.add(now == null ? place.change(step, before, false) : place.change(step, now, true));
      FunnelKey from = before == null ? null : place.key(step, before);
      FunnelKey to = now == null ? null : place.key(step, now);
      if (to != null && to.equals(from)) {
        say(to, 0, now.amountUnits() - before.amountUnits(), out);
      } else {
        if (from != null) {
          say(from, -1, -before.amountUnits(), out);
        }
        if (to != null) {
          say(to, 1, now.amountUnits(), out);
        }
      }
    }
  }

  /** Whether nobody sees a difference. */
  private static boolean isAlike(Reached one, Reached other) {
    return one.atMillis() == other.atMillis()
        && one.amountUnits() == other.amountUnits()
        && one.currency().equals(other.currency());
  }

  private static void say(FunnelKey key, long grants, long units, Contributions out) {
    if (grants != 0 || units != 0) {
      out.add(new FunnelChange(key, grants, BigInteger.valueOf(units)));
    }
  }

  private void sayWhatMoved(Statement before, Contributions out) {
    Map<MoneyKey, Money> sums = new HashMap<>();
    for (Move move : moves) {
      addTo(sums, move, move.money);
    }
    for (Move move : before.moves) {
      addTo(sums, move, move.money.negated());
    }
    sums.forEach(
        (key, sum) -> {
          if (!sum.equals(Money.NONE)) {
            out.add(new MoneyChange(key, sum.grants, sum.revenueUnits, sum.costE8));
          }
        });
  }

  private void addTo(Map<MoneyKey, Money> sums, Move move, Money money) {
    for (Basis basis : Basis.values()) {
      if (grant == null && basis == Basis.COHORT) {
        continue;
      }
      long hour = floor(basis == Basis.EVENT ? move.atMillis : grant.atMillis(), HOUR_MILLIS);
      sums.merge(
          new MoneyKey(
              tenant,
              grant == null ? MoneyKey.UNATTRIBUTED : grant.campaign(),
              hour,
              basis,
              move.windowMillis,
              move.touch,
              move.currency),
          money,
          Money::plus);
    }
  }

  private static long floor(long millis, long of) {
    return Math.floorDiv(millis, of) * of;
  }

  /** Where steps of the grant stand. */
  private final class Place {
    private final long windowMillis;
    private final Touch touch;

    Place(long windowMillis, Touch touch) {
      this.windowMillis = windowMillis;
      this.touch = touch;
    }

    StepChange change(FunnelStep step, Reached reached, boolean isReached) {
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

    FunnelKey key(FunnelStep step, Reached reached) {
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
  }

  /** What a grant brought and cost, by one window and touch. */
  private final class Account {
    private final long windowMillis;
    private final Touch touch;

    Account(long windowMillis, Touch touch) {
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
      if (costE8.signum() == 0) {
        return;
      }
      add(reached.atMillis(), grant.costCurrency(), new Money(0, BigInteger.ZERO, costE8));
    }

    private void add(long atMillis, String currency, Money money) {
      moves.add(new Move(windowMillis, touch, atMillis, currency, money));
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
