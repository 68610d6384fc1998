package dev.nudge.measure;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When alerts begin and when they are over. */
class AlertBookTest {
  private static final long UNIT = 10_000;
  private static final long WINDOW = 3 * DAY;

  /** Until then topics speak as they do: two days have enough gaps of each hour. */
  private static final long LEARNT = START + 2 * DAY + 10 * HOUR;

  private final List<AlertRow> rows = new ArrayList<>();

  private static AlertChange change(
      AlertBookTest.Of of,
      AlertCount what,
      String subject,
      long atMillis,
      long count,
      long amount) {
    return new AlertChange(
        of.tenant,
        of.campaign,
        what,
        subject,
        Math.floorDiv(atMillis, MINUTE) * MINUTE,
        count,
        BigInteger.valueOf(amount));
  }

  private record Of(String tenant, String campaign) {
    AlertBook book() {
      return new AlertBook(tenant, campaign);
    }
  }

  private static final Of DEPLOYMENT = new Of("", "");
  private static final Of ACME = new Of("acme", "");
  private static final Of WELCOME = new Of("acme", "welcome");

  private static AlertTerms terms(
      int version, long fromMillis, long toMillis, long paid, long revenue, long budget, long day) {
    return new AlertTerms(
        "acme",
        "welcome",
        version,
        fromMillis,
        toMillis,
        0,
        0,
        0,
        0,
        0,
        paid,
        revenue,
        budget,
        day,
        "Asia/Shanghai",
        WINDOW,
        false,
        false);
  }

  private static AlertTerms budget(int version, long budgetUnits, long perDayUnits) {
    return terms(version, Long.MIN_VALUE, Long.MAX_VALUE, 0, 0, budgetUnits, perDayUnits);
  }

  private void advance(AlertBook book, long atMillis) {
    book.advanceTo(atMillis);
    rows.addAll(book.drain());
  }

  private void minute(AlertBook book, long atMillis, String channel, long sent, long failed) {
    book.add(change(ACME, AlertCount.SENT, channel, atMillis, sent, 0));
    book.add(change(ACME, AlertCount.FAILED, channel, atMillis, failed, 0));
    advance(book, atMillis + MINUTE);
  }

  // Campaigns that are stopped

  @Test
  void aCampaignThatIsPausedOrDeletedIsExpectedNothingOf() {
    AlertBook book = WELCOME.book();
    AlertTerms asks = terms(1, START, START + 60 * HOUR, 10_000, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    book.add(asks);
    advance(book, START + 50 * HOUR);
    assertThat(rows).extracting(AlertRow::kind).containsExactly(AlertKind.BEHIND_TARGET);
    assertThat(book.targets()).isNotEmpty();

    book.add(AlertTerms.deleted("acme", "welcome", 2));
    advance(book, START + 58 * HOUR);

    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).untilMillis()).isNotNull();
    assertThat(book.targets()).isEmpty();
    assertThat(book.dueMillis()).isEqualTo(AlertBook.NEVER);
  }

  @Test
  void aStoppedCampaignComesBackFromItsBytesAsOne() throws Exception {
    AlertBook book = WELCOME.book();
    book.add(
        terms(1, START, START + 100 * HOUR, 10_000, 0, Long.MAX_VALUE, Long.MAX_VALUE).asStopped());

    AlertBook again = AlertBook.of("acme", "welcome", book.toBytes());

    advance(again, START + 90 * HOUR);
    assertThat(rows).isEmpty();
  }

  // Channels

  @Test
  void fiveFailuresOfFiveAreTooMany() {
    AlertBook book = ACME.book();

    minute(book, START, "SMS", 0, 4);
    assertThat(rows).isEmpty();
    minute(book, START + MINUTE, "SMS", 0, 1);

    assertThat(rows)
        .containsExactly(
            new AlertRow(
                "acme",
                AlertKind.FAILURE_RATE,
                "",
                "SMS",
                START + 2 * MINUTE,
                null,
                1,
                0.05,
                rows.get(0).inputs()));
  }

  @Test
  void sixFailuresOfAHundredAreChance() {
    AlertBook book = ACME.book();

    minute(book, START, "SMS", 94, 6);

    assertThat(rows).isEmpty();
  }

  @Test
  void aChannelThatRecoversEndsItsAlertByTheSameRowOfMoreInputs() {
    AlertBook book = ACME.book();
    minute(book, START, "SMS", 170, 30);
    minute(book, START + 30 * MINUTE, "SMS", 100, 0);
    assertThat(rows).hasSize(1);

    // The failures are an hour ago.
    advance(book, START + 61 * MINUTE);

    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).untilMillis()).isEqualTo(START + 61 * MINUTE);
    assertThat(rows.get(1).atMillis()).isEqualTo(rows.get(0).atMillis());
    assertThat(rows.get(1).inputs()).isGreaterThan(rows.get(0).inputs());
    assertThat(book.rows()).isEmpty();
  }

  @Test
  void channelsAreJudgedEachByItself() {
    AlertBook book = ACME.book();

    minute(book, START, "PUSH", 10_000, 0);
    minute(book, START + MINUTE, "SMS", 0, 9);

    assertThat(rows).extracting(AlertRow::subject).containsExactly("SMS");
  }

  @Test
  void moreChannelsThanAreKeptDoNotCount() {
    AlertBook book = ACME.book();
    for (int i = 0; i <= ChannelRates.MAX_CHANNELS; i++) {
      book.add(change(ACME, AlertCount.FAILED, "c" + i, START, 9, 0));
    }

    advance(book, START + MINUTE);

    assertThat(rows).hasSize(ChannelRates.MAX_CHANNELS);
    assertThat(book.unkept()).isEqualTo(1);
  }

  @Test
  void whoUnsubscribesIsCountedOverADay() {
    AlertBook book = ACME.book();
    book.add(change(ACME, AlertCount.SENT, "SMS", START, 1_000, 0));
    book.add(change(ACME, AlertCount.UNSUBSCRIBED, "SMS", START, 15, 0));
    advance(book, START + HOUR);
    assertThat(rows).isEmpty();

    book.add(change(ACME, AlertCount.UNSUBSCRIBED, "SMS", START + 5 * HOUR, 20, 0));
    advance(book, START + 6 * HOUR);
    assertThat(rows)
        .extracting(AlertRow::kind, AlertRow::actual)
        .containsExactly(tuple(AlertKind.UNSUBSCRIBE_RATE, 0.035));

    // Nothing was sent any more, so there is no rate.
    advance(book, START + 26 * HOUR);
    assertThat(book.rows()).isEmpty();
  }

  // Topics

  /** Each topic says something every so many minutes of a time. */
  private void talk(
      AlertBook book, long fromMillis, long toMillis, String topic, int everyMinutes) {
    for (long at = fromMillis; at < toMillis; at += MINUTE) {
      if ((at - fromMillis) / MINUTE % everyMinutes == 0) {
        book.add(change(DEPLOYMENT, AlertCount.RECORDS, topic, at, 1, 0));
      }
      book.add(change(DEPLOYMENT, AlertCount.RECORDS, "clickstream", at, 1, 0));
      advance(book, at + MINUTE);
    }
  }

  @Test
  void aTopicIsSilentAfterThreeTimesItsLongestGap() {
    AlertBook book = DEPLOYMENT.book();
    talk(book, START, LEARNT, "orders", 5);
    assertThat(rows).isEmpty();

    talk(book, LEARNT, LEARNT + HOUR, "clickstream", 1);

    assertThat(rows)
        .extracting(AlertRow::kind, AlertRow::subject, AlertRow::expected)
        .containsExactly(tuple(AlertKind.SOURCE_SILENT, "orders", 15.0));
    // It spoke last five minutes before that.
    assertThat(rows.get(0).atMillis()).isEqualTo(LEARNT + 11 * MINUTE);

    talk(book, LEARNT + HOUR, LEARNT + HOUR + MINUTE, "orders", 1);
    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).untilMillis()).isEqualTo(LEARNT + HOUR + MINUTE);
  }

  @Test
  void whereNobodySpeaksNobodyIsSilent() {
    AlertBook book = DEPLOYMENT.book();
    talk(book, START, LEARNT, "orders", 5);

    for (long at = LEARNT; at < LEARNT + 10 * HOUR; at += MINUTE) {
      advance(book, at);
    }

    assertThat(rows).isEmpty();
  }

  @Test
  void ofATopicOfFewRecordsNothingIsSaid() {
    AlertBook book = DEPLOYMENT.book();

    talk(book, START, START + 10 * HOUR, "orders", 30);
    talk(book, START + 10 * HOUR, START + 30 * HOUR, "clickstream", 1);

    assertThat(rows).isEmpty();
  }

  // Budgets

  private void reserve(AlertBook book, long atMillis, String day, long grants, long eachUnits) {
    book.add(
        change(WELCOME, AlertCount.RESERVED, day, atMillis, grants, grants * eachUnits * 10_000));
    advance(book, atMillis + MINUTE);
  }

  @Test
  void aBudgetIsFourFifthsSpentAndThenAll() {
    AlertBook book = WELCOME.book();
    book.add(budget(1, 1_000 * UNIT, Long.MAX_VALUE));

    reserve(book, START, "2026-01-05", 15, 50 * UNIT);
    assertThat(rows).isEmpty();
    reserve(book, START + MINUTE, "2026-01-05", 1, 50 * UNIT);
    assertThat(rows).extracting(AlertRow::kind).containsExactly(AlertKind.BUDGET_80);
    // Another one still goes.
    reserve(book, START + 2 * MINUTE, "2026-01-05", 3, 50 * UNIT);
    assertThat(rows).hasSize(1);
    reserve(book, START + 3 * MINUTE, "2026-01-05", 1, 50 * UNIT);

    assertThat(rows)
        .extracting(AlertRow::kind)
        .containsExactly(AlertKind.BUDGET_80, AlertKind.BUDGET_100);
    assertThat(rows.get(1).actual()).isEqualTo(1_000);
    assertThat(rows.get(1).expected()).isEqualTo(1_000);
  }

  @Test
  void aBudgetOfWhichTooLittleIsLeftIsSpent() {
    AlertBook book = WELCOME.book();
    book.add(budget(1, 1_010 * UNIT, Long.MAX_VALUE));

    reserve(book, START, "2026-01-05", 20, 50 * UNIT);

    assertThat(rows).extracting(AlertRow::kind).contains(AlertKind.BUDGET_100);
  }

  @Test
  void aGreaterBudgetEndsItsAlerts() {
    AlertBook book = WELCOME.book();
    book.add(budget(1, 1_000 * UNIT, Long.MAX_VALUE));
    reserve(book, START, "2026-01-05", 20, 50 * UNIT);
    assertThat(book.rows()).hasSize(2);

    book.add(budget(2, 2_000 * UNIT, Long.MAX_VALUE));
    advance(book, START + HOUR);

    assertThat(book.rows()).isEmpty();
    assertThat(rows).hasSize(4);
  }

  @Test
  void aDaysBudgetIsOverAtMidnightOfThePolicysZone() {
    AlertBook book = WELCOME.book();
    book.add(budget(1, Long.MAX_VALUE, 1_000 * UNIT));
    reserve(book, START, "2026-01-05", 20, 50 * UNIT);
    assertThat(book.rows()).extracting(AlertRow::subject).containsOnly("2026-01-05");

    advance(book, START + DAY);

    assertThat(book.rows()).isEmpty();
    // 9:00 in UTC is 17:00 in Shanghai.
    assertThat(rows.get(3).untilMillis()).isEqualTo(START + 7 * HOUR);
  }

  // Hours

  /** So many grants an hour. */
  private void grants(AlertBook book, long fromMillis, int hours, long each) {
    for (int i = 0; i < hours; i++) {
      book.add(change(WELCOME, AlertCount.GRANTS, "", fromMillis + i * HOUR, each, 0));
      advance(book, fromMillis + (i + 1) * HOUR);
    }
  }

  @Test
  void anHourUnlikeTheSameOfPastDaysIsUnusualUntilOneIsUsual() {
    AlertBook book = WELCOME.book();
    grants(book, START, 8 * 24, 100);
    assertThat(rows).isEmpty();

    grants(book, START + 8 * DAY, 2, 300);
    grants(book, START + 8 * DAY + 2 * HOUR, 1, 104);

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).kind()).isEqualTo(AlertKind.UNUSUAL_HOUR);
    assertThat(rows.get(0).subject()).isEqualTo("2026-01-13T09 GRANTS");
    assertThat(rows.get(0).actual()).isEqualTo(300);
    assertThat(rows.get(0).expected()).isBetween(130.0, 200.0);
    assertThat(rows.get(1).untilMillis()).isEqualTo(START + 8 * DAY + 3 * HOUR);
  }

  @Test
  void aCampaignThatStopsIsUnusualThoughNothingComes() {
    AlertBook book = WELCOME.book();
    grants(book, START, 8 * 24, 100);

    assertThat(book.dueMillis()).isEqualTo(START + 8 * DAY + HOUR);
    advance(book, book.dueMillis());

    assertThat(rows).extracting(AlertRow::actual).containsExactly(0.0);
  }

  @Test
  void whatCameOnceAWeekIsNotUnusual() {
    AlertBook book = WELCOME.book();
    for (int week = 0; week < 4; week++) {
      grants(book, START + 7L * week * DAY, 1, 1_000);
      grants(book, START + 7L * week * DAY + HOUR, 7 * 24 - 1, 2);
    }

    assertThat(rows.stream().filter(row -> row.atMillis() > START + 8 * DAY)).isEmpty();
  }

  // Targets

  private void paid(AlertBook book, long atMillis, long orders, long units) {
    String window = Long.toString(WINDOW);
    book.add(change(WELCOME, AlertCount.PAID, window, atMillis, orders, 0));
    book.add(change(WELCOME, AlertCount.REVENUE, window, atMillis, 0, units));
    advance(book, atMillis + HOUR);
  }

  @Test
  void aCampaignIsBehindWhereSoFewOrdersAreNoChance() {
    AlertBook book = WELCOME.book();
    book.add(terms(1, START, START + 40 * HOUR, 400, 0, Long.MAX_VALUE, Long.MAX_VALUE));

    paid(book, START, 1, 0);
    advance(book, START + 3 * HOUR);
    // A tenth of its time is over then.
    assertThat(rows).isEmpty();
    advance(book, START + 4 * HOUR);

    assertThat(rows)
        .extracting(AlertRow::kind, AlertRow::subject, AlertRow::actual, AlertRow::expected)
        .containsExactly(tuple(AlertKind.BEHIND_TARGET, "PAID", 1.0, 40.0));

    paid(book, START + 4 * HOUR, 49, 0);
    assertThat(book.rows()).isEmpty();
    assertThat(rows.get(1).untilMillis()).isEqualTo(START + 5 * HOUR);
  }

  @Test
  void aLittleBehindIsChance() {
    AlertBook book = WELCOME.book();
    book.add(terms(1, START, START + 40 * HOUR, 400, 0, Long.MAX_VALUE, Long.MAX_VALUE));

    paid(book, START + 3 * HOUR, 30, 0);

    assertThat(rows).isEmpty();
  }

  @Test
  void revenueIsAsUncertainAsItsOrders() {
    AlertBook book = WELCOME.book();
    book.add(terms(1, START, START + 40 * HOUR, 0, 400 * UNIT, Long.MAX_VALUE, Long.MAX_VALUE));

    paid(book, START + 3 * HOUR, 15, 15 * UNIT);
    assertThat(rows).isEmpty();
    advance(book, START + 8 * HOUR);

    assertThat(rows).extracting(AlertRow::subject).containsExactly("REVENUE");
    assertThat(rows.get(0).actual()).isEqualTo(15);
  }

  @Test
  void aTargetIsNoMoreAnAlertWhenTheTimeIsOver() {
    AlertBook book = WELCOME.book();
    book.add(terms(1, START, START + 40 * HOUR, 400, 0, Long.MAX_VALUE, Long.MAX_VALUE));
    paid(book, START, 1, 0);
    advance(book, START + 5 * HOUR);
    assertThat(book.rows()).hasSize(1);

    advance(book, START + 50 * HOUR);

    assertThat(book.rows()).isEmpty();
    assertThat(rows.get(rows.size() - 1).untilMillis()).isEqualTo(START + 40 * HOUR);
  }

  @Test
  void aTargetIsSharedByTheTimeOfTheParts() {
    AlertBook book = WELCOME.book();
    book.add(
        new AlertTerms(
            "acme",
            "welcome",
            1,
            START,
            START + 40 * HOUR,
            START,
            START + 10 * HOUR,
            START + 10 * HOUR,
            START + 40 * HOUR,
            0,
            400,
            0,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            "UTC",
            WINDOW,
            false,
            false));
    paid(book, START, 90, 0);
    paid(book, START + 11 * HOUR, 30, 0);

    List<TargetRow> targets = book.targets();

    assertThat(targets)
        .extracting(TargetRow::part)
        .containsExactly(AlertTerms.Part.NONE, AlertTerms.Part.MAIN);
    assertThat(targets.get(0).actual()).isEqualByComparingTo("120");
    assertThat(targets.get(0).pace()).isEqualByComparingTo("120");
    assertThat(targets.get(1).actual()).isEqualByComparingTo("30");
    assertThat(targets.get(1).target()).isEqualByComparingTo("300");
    assertThat(targets.get(1).pace()).isEqualByComparingTo("20");
    assertThat(targets.get(1).hourMillis()).isEqualTo(START + 11 * HOUR);
  }

  // Definitions

  private static DefinitionOutcome outcome(int version, boolean taken) {
    return new DefinitionOutcome("acme", "campaign welcome", version, START + version, taken);
  }

  @Test
  void aRefusedDefinitionIsAnAlertUntilALaterVersionIsTaken() {
    AlertBook book = ACME.book();

    book.add(outcome(1, true));
    book.add(outcome(2, false));
    book.add(outcome(2, false));
    book.add(outcome(3, true));
    // What another subtask says later.
    book.add(outcome(2, false));
    book.add(outcome(3, true));

    List<AlertRow> all = book.drain();
    assertThat(all).extracting(AlertRow::atMillis).containsExactly(START + 2, START + 2);
    assertThat(all).extracting(AlertRow::untilMillis).containsExactly(null, START + 3);
  }

  // What is due

  /** Bursts of messages and of failures, with pauses longer than a day. */
  private static List<AlertChange> randomMessages(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<AlertChange> changes = new ArrayList<>();
    long at = START;
    for (int burst = 0; burst < 60; burst++) {
      at += random.nextInt(1, random.nextInt(5) == 0 ? 3_000 : 200) * MINUTE;
      double failing = random.nextInt(3) * 0.2;
      for (int i = random.nextInt(1, 40); i > 0; i--) {
        at += random.nextInt(4) * MINUTE;
        String channel = random.nextBoolean() ? "SMS" : "PUSH";
        AlertCount what =
            random.nextDouble() < failing
                ? random.nextInt(3) == 0 ? AlertCount.UNSUBSCRIBED : AlertCount.FAILED
                : AlertCount.SENT;
        changes.add(change(ACME, what, channel, at, random.nextInt(1, 30), 0));
      }
    }
    return changes;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsJudgedWhenItIsDueIsWhatEachMinuteWouldSay(long seed) {
    List<AlertChange> changes = randomMessages(seed);
    long end = changes.get(changes.size() - 1).minuteMillis() + 3 * DAY;
    AlertBook eachMinute = ACME.book();
    AlertBook whenDue = ACME.book();
    int next = 0;
    int looks = 0;
    for (long at = START; at < end; at += MINUTE) {
      boolean isDue = whenDue.dueMillis() <= at + MINUTE;
      if (next < changes.size() && changes.get(next).minuteMillis() == at) {
        whenDue.advanceTo(at);
        isDue = true;
      }
      for (; next < changes.size() && changes.get(next).minuteMillis() == at; next++) {
        eachMinute.add(changes.get(next));
        whenDue.add(changes.get(next));
      }
      eachMinute.advanceTo(at + MINUTE);
      if (isDue) {
        looks++;
        whenDue.advanceTo(at + MINUTE);
      }
    }

    assertThat(eachMinute.dueMillis()).isEqualTo(AlertBook.NEVER);
    assertThat(whenDue.dueMillis()).isEqualTo(AlertBook.NEVER);
    List<AlertRow> said = eachMinute.drain();
    assertThat(whenDue.drain()).isEqualTo(said);
    assertThat(said).extracting(AlertRow::kind).contains(AlertKind.FAILURE_RATE);
    assertThat(said).extracting(AlertRow::kind).contains(AlertKind.UNSUBSCRIBE_RATE);
    assertThat(looks).isLessThan(5 * changes.size());
  }

  // Bytes

  @Test
  void whatIsReadBackGoesOnAlike() throws IOException {
    AlertBook book = WELCOME.book();
    book.add(terms(1, START, START + 40 * DAY, 400, 9 * UNIT, 1_000 * UNIT, 500 * UNIT));
    reserve(book, START, "2026-01-05", 9, 50 * UNIT);
    grants(book, START, 9 * 24, 10);
    paid(book, START + 9 * DAY, 5, 7 * UNIT);
    AlertBook channels = ACME.book();
    minute(channels, START, "SMS", 100, 50);
    channels.add(outcome(2, false));
    AlertBook topics = DEPLOYMENT.book();
    talk(topics, START, START + 2 * HOUR, "orders", 5);

    for (AlertBook each : List.of(book, channels, topics)) {
      each.drain();
      Of of = each == book ? WELCOME : each == channels ? ACME : DEPLOYMENT;
      AlertBook again = AlertBook.of(of.tenant, of.campaign, each.toBytes());

      assertThat(again.rows()).isEqualTo(each.rows());
      assertThat(again.targets()).isEqualTo(each.targets());
      assertThat(again.dueMillis()).isEqualTo(each.dueMillis());
      assertThat(again.toBytes()).isEqualTo(each.toBytes());
      each.advanceTo(START + 12 * DAY);
      again.advanceTo(START + 12 * DAY);
      assertThat(again.drain()).isEqualTo(each.drain());
      assertThat(again.toBytes()).isEqualTo(each.toBytes());
    }
  }

  @Test
  void bytesOfAnotherFormatAreRefused() {
    assertThatThrownBy(() -> AlertBook.of("acme", "", new byte[] {9}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("found format 9, expected 2");
  }
}
