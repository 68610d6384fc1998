package dev.nudge.rehearse;

import dev.nudge.event.Decision;
import dev.nudge.measure.ArmMeasure;
import dev.nudge.measure.ArmRow;
import dev.nudge.measure.Basis;
import dev.nudge.measure.FunnelKey;
import dev.nudge.measure.FunnelRow;
import dev.nudge.measure.FunnelStep;
import dev.nudge.measure.MaturityChange;
import dev.nudge.measure.MaturityKey;
import dev.nudge.measure.MeasureJson;
import dev.nudge.measure.MoneyChange;
import dev.nudge.measure.MoneyKey;
import dev.nudge.measure.RoiBook;
import dev.nudge.measure.RoiRow;
import dev.nudge.measure.Touch;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * What a rehearsal of acme would have measured of a campaign that sends six times in ten hours, A
 * and B in turn, and holds back once. Windows are of three days and of five.
 */
final class MeasuredRows {
  private static final String TENANT = "acme";
  private static final String CURRENCY = "CNY";
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long MONDAY = Decided.MONDAY.toEpochMilli();
  private static final long END = Decided.END.toEpochMilli();
  private static final int HOURS = 100;

  private final Decided decided;
  private final String campaign;
  private final long windowMillis;
  private final RoiBook book;

  private MeasuredRows(Decided decided, String campaign, long windowMillis) {
    this.decided = decided;
    this.campaign = campaign;
    this.windowMillis = windowMillis;
    this.book = new RoiBook(TENANT, campaign);
  }

  /**
   * Adds lines to the three files.
   *
   * @param customers how many there are in the campaign's arms
   */
  static void addTo(Decided decided, String campaign, long customers) {
    for (int days : List.of(3, 5)) {
      MeasuredRows rows = new MeasuredRows(decided, campaign, Duration.ofDays(days).toMillis());
      for (int hour = 0; hour < HOURS; hour++) {
        if (hour % 10 == 2) {
          rows.heldBack(hour);
        } else if (hour % 10 >= 4) {
          rows.sent(hour);
        }
      }
      rows.book.rows(END).stream()
          .sorted(Comparator.comparingLong((RoiRow row) -> row.key().hourMillis()))
          .forEach(row -> decided.returns.add(MeasureJson.of(row)));
    }
    long held = customers / 5;
    addArm(decided, campaign, "A", held * 2, held * 2 / 5, 0.1, true);
    addArm(decided, campaign, "B", held * 2, held / 4, 0.025, false);
    addArm(decided, campaign, Decision.CONTROL, held, held / 10, null, false);
    addArm(decided, campaign, ArmRow.SENT, held * 4, held * 65 / 100, 0.0625, false);
  }

  private void heldBack(int hour) {
    reached(Decision.CONTROL, hour, FunnelStep.TARGETED, 0);
    if (hour % 50 == 2) {
      reached(Decision.CONTROL, hour + 3, FunnelStep.PAID, 150_000);
    }
  }

  private void sent(int hour) {
    String variant = hour % 2 == 0 ? "A" : "B";
    reached(variant, hour, FunnelStep.TARGETED, 0);
    reached(variant, hour, FunnelStep.SENT, 0);
    spend(hour, 1, 0, 5_000_000);
    for (Basis basis : Basis.values()) {
      long ends = MONDAY + hour * HOUR + windowMillis;
      long at = basis == Basis.EVENT ? ends : MONDAY + hour * HOUR;
      boolean matured = ends <= END;
      book.add(
          new MaturityChange(
              new MaturityKey(TENANT, campaign, windowMillis, at - at % HOUR),
              basis == Basis.COHORT ? 1 : 0,
              basis == Basis.COHORT && matured ? 1 : 0,
              basis == Basis.EVENT && matured ? 1 : 0));
    }
    if (hour % 3 != 0) {
      reached(variant, hour, FunnelStep.VIEWED, 0);
    }
    if (hour % 30 == 4) {
      reached(variant, hour, FunnelStep.UNSUBSCRIBED, 0);
    }
    if (hour % 4 == 0) {
      long units = 200_000 + hour * 1_234L;
      reached(variant, hour + 2, FunnelStep.ORDERED, units);
      reached(variant, hour + 2, FunnelStep.PAID, units);
      reached(variant, hour + 2, FunnelStep.GOAL, units);
      earn(hour, hour + 2, units);
    } else if (hour % 7 == 0 && windowMillis > 80 * HOUR) {
      reached(variant, hour + 80, FunnelStep.PAID, 990_000);
      earn(hour, hour + 80, 990_000);
    }
  }

  private void reached(String variant, int hour, FunnelStep step, long units) {
    for (Touch touch : Touch.values()) {
      // Of two campaigns the newest takes it by last touch.
      if (touch == Touch.ANY || step != FunnelStep.VIEWED || hour % 2 == 0) {
        decided.funnel.add(
            MeasureJson.of(
                new FunnelRow(
                    new FunnelKey(
                        TENANT,
                        campaign,
                        1,
                        variant,
                        MONDAY + hour * HOUR,
                        windowMillis,
                        touch,
                        step,
                        units == 0 ? "" : CURRENCY),
                    1,
                    BigInteger.valueOf(units))));
      }
    }
  }

  private void earn(int sentHour, int paidHour, long units) {
    for (Touch touch : Touch.values()) {
      add(paidHour, Basis.EVENT, touch, 0, units, 0);
      add(sentHour, Basis.COHORT, touch, 0, units, 0);
    }
  }

  private void spend(int hour, long grants, long units, long costE8) {
    for (Touch touch : Touch.values()) {
      for (Basis basis : Basis.values()) {
        add(hour, basis, touch, grants, units, costE8 * 100);
      }
    }
  }

  private void add(int hour, Basis basis, Touch touch, long grants, long units, long costE8) {
    long at = MONDAY + hour * HOUR;
    book.add(
        new MoneyChange(
            new MoneyKey(TENANT, campaign, at, basis, windowMillis, touch, CURRENCY),
            grants,
            BigInteger.valueOf(units),
            BigInteger.valueOf(costE8)));
  }

  private static void addArm(
      Decided decided,
      String campaign,
      String arm,
      long customers,
      long conversions,
      Double lift,
      boolean wins) {
    boolean enough = customers >= 50 && conversions >= 5;
    decided.arms.add(
        MeasureJson.of(
            new ArmRow(
                TENANT,
                campaign,
                arm,
                END,
                customers,
                BigDecimal.valueOf(customers),
                conversions,
                measure(per(conversions, customers), lift, 0.03125),
                CURRENCY,
                BigInteger.valueOf(conversions * 300_000),
                BigInteger.valueOf(customers * 500),
                measure(per(conversions * 30, customers), lift == null ? null : lift * 30, 0.9),
                new BigDecimal("0.91"),
                false,
                enough,
                enough && wins,
                1)));
  }

  private static BigDecimal per(long count, long customers) {
    return BigDecimal.valueOf(count).divide(BigDecimal.valueOf(customers), 6, RoundingMode.HALF_UP);
  }

  private static ArmMeasure measure(BigDecimal mean, Double lift, double half) {
    return lift == null
        ? new ArmMeasure(mean, null, null, null, null, null, null, null)
        : new ArmMeasure(
            mean,
            BigDecimal.valueOf(lift),
            BigDecimal.valueOf(lift - half),
            BigDecimal.valueOf(lift + half),
            null,
            null,
            null,
            BigDecimal.valueOf(lift > 0.05 ? 0.01 : 0.4));
  }
}
