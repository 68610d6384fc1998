package dev.nudge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToLongFunction;
import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.junit.jupiter.api.Test;

/** How often an hour that is like all others is found unusual, and how often one that is not. */
class UsualHoursTest {
  private static final int HOURS = 40_000;
  private static final int DAY = 24;

  /** A day has busy hours and quiet ones. */
  private static double shape(int hour) {
    return 1 + 0.9 * Math.sin(2 * Math.PI * (hour % DAY) / DAY);
  }

  private static long poisson(Random random, double mean) {
    return PoissonDistribution.of(mean).inverseCumulativeProbability(random.nextDouble());
  }

  /** Of as many hours, one after the other, each judged by those before. */
  private static double alarms(int days, double mean, boolean bursts, double times, long seed) {
    Random random = new Random(seed);
    IntToLongFunction draw =
        hour -> {
          double burst = 1;
          if (bursts) {
            // Gamma of shape 5: hours vary by 45 per cent beyond chance.
            burst = 0;
            for (int i = 0; i < 5; i++) {
              burst -= Math.log(1 - random.nextDouble()) / 5;
            }
          }
          return poisson(random, Math.max(1e-9, mean * shape(hour) * burst));
        };
    int unusual = 0;
    long[] counts = new long[days * DAY];
    for (int hour = 0; hour < counts.length; hour++) {
      counts[hour] = draw.applyAsLong(hour);
    }
    for (int hour = counts.length; hour < counts.length + HOURS / DAY * DAY; hour++) {
      long count = draw.applyAsLong(hour);
      long found = times == 1 ? count : Math.round(count * times);
      unusual += UsualHours.judge(counts, found).unusual() ? 1 : 0;
      System.arraycopy(counts, 1, counts, 0, counts.length - 1);
      counts[counts.length - 1] = count;
    }
    return (double) unusual / HOURS;
  }

  @Test
  void withoutEnoughDaysNothingIsSaid() {
    assertThat(UsualHours.judge(new long[7 * DAY - 1], 1_000)).isNull();
    assertThat(UsualHours.judge(new long[7 * DAY], 1_000).unusual()).isTrue();
  }

  @Test
  void ofHoursThatAreChanceOneInTenThousandRaisesAFalseAlarm() {
    for (double mean : new double[] {0.3, 3, 30}) {
      assertThat(alarms(28, mean, false, 1, 1)).as("mean %s", mean).isLessThanOrEqualTo(1e-4);
      assertThat(alarms(7, mean, false, 1, 2)).as("mean %s", mean).isLessThanOrEqualTo(1e-4);
    }
  }

  @Test
  void ofHoursThatVaryMuchMoreOneInAThousandDoes() {
    assertThat(alarms(28, 30, true, 1, 3)).isLessThanOrEqualTo(1e-3);
    assertThat(alarms(7, 30, true, 1, 4)).isLessThanOrEqualTo(1e-3);
  }

  @Test
  void threeTimesAsManyAreFoundWhereThereAreMany() {
    assertThat(alarms(28, 100, false, 3, 5)).isGreaterThan(0.75);
  }
}
