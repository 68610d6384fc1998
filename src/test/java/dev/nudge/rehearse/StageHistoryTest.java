package dev.nudge.rehearse;

import static dev.nudge.event.LifecycleStage.GROWING;
import static dev.nudge.event.LifecycleStage.LOST;
import static dev.nudge.event.LifecycleStage.NEW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.LifecycleStage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StageHistoryTest {
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final Instant EIGHT_26 = Instant.parse("2010-12-01T08:26:00Z");
  private static final long BUCKET_8_26 = EIGHT_26.toEpochMilli() / MINUTE;

  @Test
  void customerCountsInOneStageAtATime() {
    StageHistory history =
        StageHistory.of(
            List.of(
                new StageHistory.Move(BUCKET_8_26 + 2, NEW, GROWING, 1),
                new StageHistory.Move(BUCKET_8_26, null, NEW, 1)),
            EIGHT_26.toEpochMilli(),
            EIGHT_26.plusSeconds(130).toEpochMilli(),
            MINUTE);

    assertThat(history.points())
        .extracting(StageHistory.Point::at)
        .map(Instant::toString)
        .containsExactly("2010-12-01T08:27:00Z", "2010-12-01T08:28:00Z", "2010-12-01T08:28:10Z");
    assertThat(history.points())
        .extracting(point -> point.counts().get(NEW))
        .containsExactly(1L, 1L, 0L);
    assertThat(history.points())
        .extracting(point -> point.counts().get(GROWING))
        .containsExactly(0L, 0L, 1L);
    assertThat(history.current()).containsEntry(GROWING, 1L).containsEntry(NEW, 0L);
    assertThat(history.total()).isEqualTo(1);
  }

  @Test
  void changesBeforeThePeriodStandInItsFirstPoint() {
    StageHistory history =
        StageHistory.of(
            List.of(
                new StageHistory.Move(BUCKET_8_26, null, NEW, 40),
                new StageHistory.Move(BUCKET_8_26, NEW, LOST, 30)),
            EIGHT_26.toEpochMilli(),
            EIGHT_26.toEpochMilli(),
            MINUTE);

    assertThat(history.points()).hasSize(1);
    assertThat(history.current()).containsEntry(NEW, 10L).containsEntry(LOST, 30L);
    assertThat(history.total()).isEqualTo(40);
  }

  @Test
  void changeAtTheVeryEndStandsInTheLastPoint() {
    StageHistory history =
        StageHistory.of(
            List.of(new StageHistory.Move(BUCKET_8_26 + 1, null, NEW, 1)),
            EIGHT_26.toEpochMilli(),
            EIGHT_26.toEpochMilli() + MINUTE,
            MINUTE);

    assertThat(history.points()).hasSize(1);
    assertThat(history.points().get(0).at()).isEqualTo(EIGHT_26.plusSeconds(60));
    assertThat(history.current()).containsEntry(NEW, 1L);
  }

  @Test
  void everyStageIsCountedEvenIfNobodyIsThere() {
    Map<LifecycleStage, Long> current = StageHistory.of(List.of(), 0, 0, MINUTE).current();

    assertThat(current).containsOnlyKeys(LifecycleStage.values()).containsValue(0L);
    assertThat(current.values()).containsOnly(0L);
  }

  @ParameterizedTest
  @CsvSource({"PT1H,PT1M", "P7D,PT1H", "P30D,PT3H", "P90D,PT6H", "P374D,P1D", "P3650D,P28D"})
  void bucketFitsThePeriod(Duration period, Duration bucket) {
    assertThat(StageHistory.bucketMillis(0, period.toMillis())).isEqualTo(bucket.toMillis());
  }

  @ParameterizedTest
  @CsvSource({
    "PT1H", "PT6H38M", "PT6H39M", "PT7H", "P1D", "P7D", "P30D", "P90D", "P374D", "P20000D"
  })
  void pointsAreNeitherTooFewNorTooMany(Duration period) {
    long start = Instant.parse("2011-01-01T00:00:59Z").toEpochMilli();
    long end = start + period.toMillis();

    StageHistory history =
        StageHistory.of(List.of(), start, end, StageHistory.bucketMillis(start, end));

    assertThat(history.points()).hasSizeBetween(60, StageHistory.MAX_POINTS);
    assertThat(history.points().get(history.points().size() - 1).at())
        .isEqualTo(Instant.ofEpochMilli(end));
  }
}
