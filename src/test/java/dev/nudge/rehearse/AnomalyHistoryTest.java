package dev.nudge.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.rehearse.AnomalyHistory.Count;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnomalyHistoryTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final long WEEK = Duration.ofDays(7).toMillis();

  /** A Monday. */
  private static final long START = Instant.parse("2026-01-05T00:00:00Z").toEpochMilli();

  @Test
  void countsByKindAndDayTheMostFrequentFirst() {
    AnomalyHistory history =
        AnomalyHistory.of(
            List.of(
                new Count("SPEND_SPIKE", day(0), 1),
                new Count("SLEEP_LINE", day(1), 2),
                new Count("SLEEP_LINE", day(1), 3),
                new Count("OVERDUE", day(2), 1)),
            START,
            START + 3 * DAY - 1,
            DAY);

    assertThat(history)
        .isEqualTo(
            new AnomalyHistory(
                START,
                DAY,
                7,
                List.of(
                    new AnomalyHistory.Kind("SLEEP_LINE", 5, List.of(0L, 5L, 0L)),
                    new AnomalyHistory.Kind("OVERDUE", 1, List.of(0L, 0L, 1L)),
                    new AnomalyHistory.Kind("SPEND_SPIKE", 1, List.of(1L, 0L, 0L)))));
  }

  @Test
  void theInstantOfTheEndIsInThePeriod() {
    AnomalyHistory history =
        AnomalyHistory.of(List.of(new Count("A", day(1), 1)), START, START + DAY, DAY);

    assertThat(history.kinds().get(0).counts()).containsExactly(0L, 1L);
  }

  @Test
  void whatLiesOutsideStandsAtTheEdge() {
    AnomalyHistory history =
        AnomalyHistory.of(
            List.of(new Count("A", day(-9), 1), new Count("A", day(9), 2)),
            START,
            START + 2 * DAY - 1,
            DAY);

    assertThat(history.kinds().get(0).counts()).containsExactly(1L, 2L);
  }

  @Test
  void kindsBeyondTheLimitAreOneWithoutAName() {
    List<Count> counts = new ArrayList<>();
    for (int kind = 0; kind < AnomalyHistory.MAX_KINDS + 3; kind++) {
      counts.add(new Count("kind%02d".formatted(kind), day(0), 100 - kind));
    }
    Collections.reverse(counts);

    AnomalyHistory history = AnomalyHistory.of(counts, START, START, DAY);

    assertThat(history.kinds()).hasSize(AnomalyHistory.MAX_KINDS + 1);
    assertThat(history.kinds().get(0).kind()).isEqualTo("kind00");
    assertThat(history.kinds().get(AnomalyHistory.MAX_KINDS))
        .isEqualTo(new AnomalyHistory.Kind("", 84 + 83 + 82, List.of(84L + 83 + 82)));
    assertThat(history.total())
        .isEqualTo(history.kinds().stream().mapToLong(AnomalyHistory.Kind::total).sum());
  }

  @Test
  void nothingHappenedIsNoKindAtAll() {
    AnomalyHistory history = AnomalyHistory.of(List.of(), START, START, DAY);

    assertThat(history.total()).isZero();
    assertThat(history.kinds()).isEmpty();
  }

  @Test
  void weeksBeginOnMondays() {
    long wednesday = Instant.parse("2011-03-02T13:00:00Z").toEpochMilli();
    AnomalyHistory history =
        AnomalyHistory.of(
            List.of(new Count("A", AnomalyHistory.bucket(wednesday, WEEK), 1)),
            wednesday,
            wednesday,
            WEEK);

    Instant first = Instant.ofEpochMilli(history.firstMillis());
    assertThat(first).isEqualTo("2011-02-28T00:00:00Z");
    assertThat(first.atZone(ZoneOffset.UTC).getDayOfWeek()).isEqualTo(DayOfWeek.MONDAY);
    assertThat(history.kinds().get(0).counts()).containsExactly(1L);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "5, 1", "6, 24", "7, 24", "90, 24", "123, 24", "124, 168", "374, 168"})
  void bucketsAreHoursDaysOrWeeks(int days, int hours) {
    assertThat(AnomalyHistory.bucketMillis(START, START + days * DAY)).isEqualTo(hours * HOUR);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "5", "30", "90", "123", "374", "861", "3000", "3444", "14600", "100000"})
  void noPeriodHasMoreBucketsThanTheMost(long days) {
    for (long shift : new long[] {0, 1, HOUR / 2, DAY - 1, 3 * DAY}) {
      long start = START + shift;
      long end = start + days * DAY;
      long bucket = AnomalyHistory.bucketMillis(start, end);
      AnomalyHistory history =
          AnomalyHistory.of(
              List.of(new Count("A", AnomalyHistory.bucket(end, bucket), 1)), start, end, bucket);
      assertThat(history.kinds().get(0).counts())
          .hasSizeBetween(1, AnomalyHistory.MAX_BUCKETS)
          .endsWith(1L);
    }
  }

  private static long day(long days) {
    return AnomalyHistory.bucket(START + days * DAY, DAY);
  }
}
