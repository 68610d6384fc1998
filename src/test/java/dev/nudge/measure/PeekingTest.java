package dev.nudge.measure;

import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Decision;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Thousands of experiments of 5,000 customers that are looked at after every one of 500 minutes, by
 * an operator who stops as soon as something is found: how often that is a false alarm, and how
 * often a difference is found that there is. Orders are log-normal, so that a few are great.
 *
 * <pre>
 *   found with these seeds, in per cent of 2,000       conversions   revenue   usual test of rates
 *   no difference, one in ten pays                          1.6         1.0         37.0
 *   no difference, one in fifty pays                        1.2         0.0         24.5
 *   no difference, half of them pay                         1.8         1.4         40.4
 *   no difference, one in ten is held back                  2.9         0.1         28.6
 *   15 % pay instead of 10 %, and more                     98.7        97.3        100.0   (of 300)
 * </pre>
 */
class PeekingTest {
  private static final int EXPERIMENTS = 2_000;
  private static final int MINUTES = 500;
  private static final int CUSTOMERS_A_MINUTE = 10;
  private static final BigDecimal ALPHA = new BigDecimal("0.05");
  private static final double NORMAL_95 = 1.959963984540054;

  /** How often something was found, in per cent of the experiments. */
  private record Alarms(double byConversions, double byRevenue, double naive, double mismatch) {}

  private static final class Arm {
    final String name;
    final double rate;
    final double meanLog;
    long customers;
    long paying;

    Arm(String name, double rate, double meanLog) {
      this.name = name;
      this.rate = rate;
      this.meanLog = meanLog;
    }

    /** Customers of a minute, of whom each pays or not, an amount that is sometimes great. */
    ArmChange deal(int minute, int dealt, Random random) {
      long converted = 0;
      BigInteger revenue = BigInteger.ZERO;
      BigInteger squares = BigInteger.ZERO;
      for (int i = 0; i < dealt; i++) {
        if (random.nextDouble() < rate) {
          converted++;
          BigInteger units =
              BigInteger.valueOf(Math.round(10_000 * Math.exp(meanLog + random.nextGaussian())));
          revenue = revenue.add(units);
          squares = squares.add(units.multiply(units));
        }
      }
      customers += dealt;
      paying += converted;
      return new ArmChange(
          "acme",
          "k",
          1,
          name,
          START + minute * MINUTE,
          dealt,
          converted,
          revenue,
          squares,
          BigInteger.ZERO);
    }
  }

  /** The usual test of two rates, which is right if it is looked at once. */
  private static boolean naiveAlarm(Arm a, Arm b) {
    if (Math.min(a.customers, b.customers) < 50 || Math.min(a.paying, b.paying) < 5) {
      return false;
    }
    double pa = (double) a.paying / a.customers;
    double pb = (double) b.paying / b.customers;
    double variance = pa * (1 - pa) / a.customers + pb * (1 - pb) / b.customers;
    return Math.abs(pa - pb) > NORMAL_95 * Math.sqrt(variance);
  }

  private static Alarms alarms(
      int experiments, double rate, double controlRate, double moreLog, double dealtToA) {
    int byConversions = 0;
    int byRevenue = 0;
    int naive = 0;
    int mismatches = 0;
    for (int i = 0; i < experiments; i++) {
      Random random = new Random(i);
      Arm a = new Arm("A", rate, 3 + moreLog);
      Arm control = new Arm(Decision.CONTROL, controlRate, 3);
      ExperimentBook book = new ExperimentBook("acme", "k");
      book.add(
          new DeclaredArms(
              "acme",
              "k",
              1,
              List.of(new ArmShare("A", 50_000_000), new ArmShare(Decision.CONTROL, 50_000_000)),
              null,
              false,
              ""));
      boolean alarmed = false;
      for (int minute = 0; minute < MINUTES; minute++) {
        int toA = 0;
        for (int c = 0; c < CUSTOMERS_A_MINUTE; c++) {
          toA += random.nextDouble() < dealtToA ? 1 : 0;
        }
        book.add(a.deal(minute, toA, random));
        book.add(control.deal(minute, CUSTOMERS_A_MINUTE - toA, random));
        book.advanceTo(START + (minute + 1) * MINUTE);
        alarmed |= naiveAlarm(a, control);
      }
      ArmRow row = book.rows(START + MINUTES * MINUTE).get(0);
      // The p of a row is the smallest of all minutes: it was below at any of them if it is now.
      byConversions += row.conversion().p().compareTo(ALPHA) < 0 ? 1 : 0;
      byRevenue += row.revenue().p().compareTo(ALPHA) < 0 ? 1 : 0;
      mismatches += row.sampleRatioMismatch() ? 1 : 0;
      naive += alarmed ? 1 : 0;
    }
    double perCent = 100.0 / experiments;
    return new Alarms(
        byConversions * perCent, byRevenue * perCent, naive * perCent, mismatches * perCent);
  }

  private static void assertFewFalseAlarms(double found, Alarms all) {
    // None at all would be a test that finds nothing.
    assertThat(found).as("per cent of false alarms: %s", all).isGreaterThan(0).isLessThan(5);
  }

  @Test
  void ofEqualArmsFewerThanFiveInAHundredRaiseAFalseAlarm() {
    Alarms alarms = alarms(EXPERIMENTS, 0.1, 0.1, 0, 0.5);

    assertFewFalseAlarms(alarms.byConversions, alarms);
    assertFewFalseAlarms(alarms.byRevenue, alarms);
    assertThat(alarms.naive).as("%s", alarms).isGreaterThan(25);
    // A threshold of one in a thousand, looked at once.
    assertThat(alarms.mismatch).as("%s", alarms).isLessThan(0.5);
  }

  @Test
  void soItIsWhereHardlyAnybodyPays() {
    Alarms alarms = alarms(EXPERIMENTS, 0.02, 0.02, 0, 0.5);

    assertFewFalseAlarms(alarms.byConversions, alarms);
    // Hardly an experiment has enough conversions for revenue to be compared.
    assertThat(alarms.byRevenue).as("%s", alarms).isLessThan(5);
    assertThat(alarms.naive).as("%s", alarms).isGreaterThan(20);
  }

  @Test
  void soItIsWhereHalfOfAllPay() {
    Alarms alarms = alarms(EXPERIMENTS, 0.5, 0.5, 0, 0.5);

    assertFewFalseAlarms(alarms.byConversions, alarms);
    assertFewFalseAlarms(alarms.byRevenue, alarms);
    assertThat(alarms.naive).as("%s", alarms).isGreaterThan(30);
  }

  /**
   * Means of great and rare orders are not yet normal when five of those held back have paid: their
   * variance is thought to be smaller than it is. Compared from then on 12 % raised a false alarm.
   */
  @Test
  void soItIsWhereFewAreHeldBack() {
    Alarms alarms = alarms(EXPERIMENTS, 0.1, 0.1, 0, 0.9);

    assertFewFalseAlarms(alarms.byConversions, alarms);
    assertThat(alarms.byRevenue).as("%s", alarms).isLessThan(5);
  }

  @Test
  void aLiftThatThereIsIsFound() {
    Alarms alarms = alarms(300, 0.15, 0.1, 0.2, 0.5);

    assertThat(alarms.byConversions).as("%s", alarms).isGreaterThan(90);
    assertThat(alarms.byRevenue).as("%s", alarms).isGreaterThan(90);
  }

  @Test
  void aDealOfSixtyToFortyIsFound() {
    assertThat(alarms(100, 0.1, 0.1, 0, 0.6).mismatch).isEqualTo(100);
  }
}
