package dev.nudge.measure;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Random;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.junit.jupiter.api.Test;

/**
 * How often an alert begins by chance alone, and whether it begins where something is wrong. For
 * hours of a campaign see {@link UsualHoursTest}.
 */
class AlertRatesTest {
  private static final long START = Instant.parse("2026-01-05T00:00:00Z").toEpochMilli();

  private static AlertChange change(
      String campaign, AlertCount what, String subject, long atMillis, long count, long amount) {
    String tenant = what == AlertCount.RECORDS ? "" : "acme";
    return new AlertChange(
        tenant, campaign, what, subject, atMillis, count, BigInteger.valueOf(amount));
  }

  private static long poisson(Random random, double mean) {
    return PoissonDistribution.of(mean).inverseCumulativeProbability(random.nextDouble());
  }

  private static int begun(AlertBook book, AlertKind kind) {
    return (int)
        book.drain().stream()
            .filter(row -> row.kind() == kind && row.untilMillis() == null)
            .count();
  }

  /** Alerts of so many days of a channel that is asked for so many messages a minute. */
  private static int failures(int days, double aMinute, double rate, long seed) {
    Random random = new Random(seed);
    AlertBook book = new AlertBook("acme", "");
    int begun = 0;
    for (long at = START; at < START + days * DAY; at += MINUTE) {
      long tried = poisson(random, aMinute);
      long failed =
          tried == 0
              ? 0
              : BinomialDistribution.of((int) tried, rate)
                  .inverseCumulativeProbability(random.nextDouble());
      book.add(change("", AlertCount.SENT, "SMS", at, tried - failed, 0));
      book.add(change("", AlertCount.FAILED, "SMS", at, failed, 0));
      book.advanceTo(at + MINUTE);
      begun += begun(book, AlertKind.FAILURE_RATE);
    }
    return begun;
  }

  @Test
  void aChannelThatFailsAsOftenAsItMayRaisesNoAlertInAHundredDays() {
    assertThat(failures(100, 0.2, 0.05, 1)).isZero();
    assertThat(failures(100, 20, 0.05, 2)).isZero();
  }

  @Test
  void aChannelThatFailsThreeTimesAsOftenDoesWithinADay() {
    assertThat(failures(1, 5, 0.15, 3)).isPositive();
  }

  private static int unsubscribed(int days, double rate, long seed) {
    Random random = new Random(seed);
    AlertBook book = new AlertBook("acme", "");
    int begun = 0;
    for (long at = START; at < START + days * DAY; at += HOUR) {
      book.add(change("", AlertCount.SENT, "SMS", at, 100, 0));
      book.add(change("", AlertCount.UNSUBSCRIBED, "SMS", at, poisson(random, 100 * rate), 0));
      book.advanceTo(at + HOUR);
      begun += begun(book, AlertKind.UNSUBSCRIBE_RATE);
    }
    return begun;
  }

  @Test
  void asManyWhoUnsubscribeAsMayRaiseNoAlertInTwoThousandDays() {
    assertThat(unsubscribed(2_000, 0.01, 4)).isZero();
    assertThat(unsubscribed(1, 0.03, 5)).isPositive();
  }

  /** Alerts of a topic of so many records an hour, while another one tells the time. */
  private static int silences(int days, double anHour, long silentFrom, long seed) {
    Random random = new Random(seed);
    AlertBook book = new AlertBook("", "");
    int begun = 0;
    for (long at = START; at < START + days * DAY; at += MINUTE) {
      book.add(change("", AlertCount.RECORDS, "clickstream", at, 100, 0));
      if (at < silentFrom && poisson(random, anHour / 60) > 0) {
        book.add(change("", AlertCount.RECORDS, "orders", at, 1, 0));
      }
      book.advanceTo(at + MINUTE);
      begun += begun(book, AlertKind.SOURCE_SILENT);
    }
    return begun;
  }

  @Test
  void aTopicThatSpeaksByChanceIsNotCalledSilentInAHundredDays() {
    assertThat(silences(100, 4, Long.MAX_VALUE, 6)).isZero();
  }

  @Test
  void aTopicThatStopsIs() {
    assertThat(silences(21, 4, START + 20 * DAY, 7)).isEqualTo(1);
  }

  /**
   * The share of campaigns with an alert, each of 30 days.
   *
   * @param reached the share of its targets that a campaign reaches
   */
  private static double behind(int campaigns, double reached, double aDay, long seed) {
    Random random = new Random(seed);
    long to = START + 30 * DAY;
    int behind = 0;
    for (int i = 0; i < campaigns; i++) {
      AlertBook book = new AlertBook("acme", "welcome");
      long orders = Math.round(30 * aDay);
      book.add(
          new AlertTerms(
              "acme",
              "welcome",
              1,
              START,
              to,
              0,
              0,
              0,
              0,
              0,
              orders,
              50_0000 * orders,
              Long.MAX_VALUE,
              Long.MAX_VALUE,
              "Z",
              DAY,
              false,
              false));
      int begun = 0;
      for (long at = START; at < to; at += HOUR) {
        long paid = poisson(random, reached * aDay / 24);
        long amount = 0;
        for (int order = 0; order < paid; order++) {
          // Exponential amounts: their mean square is twice the squared mean.
          amount += Math.round(-50_0000 * Math.log(1 - random.nextDouble()));
        }
        String window = Long.toString(DAY);
        book.add(change("welcome", AlertCount.PAID, window, at, paid, 0));
        book.add(change("welcome", AlertCount.REVENUE, window, at, 0, amount));
        book.advanceTo(at + HOUR);
        begun += begun(book, AlertKind.BEHIND_TARGET);
      }
      behind += begun > 0 ? 1 : 0;
    }
    return (double) behind / campaigns;
  }

  @Test
  void ofCampaignsAtAnEvenPaceThreeInAThousandRaiseAFalseAlarm() {
    assertThat(behind(400, 1, 20, 8)).isLessThanOrEqualTo(0.0075);
  }

  @Test
  void ofCampaignsThatReachHalfNearlyAllAreFound() {
    assertThat(behind(100, 0.5, 20, 9)).isGreaterThan(0.95);
  }
}
