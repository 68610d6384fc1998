package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedTest {

  @Test
  void twoDaysPassInASecond() {
    Speed speed = Speed.parse("172800");
    long day = TimeUnit.DAYS.toMillis(1);

    assertThat(speed.eventMillis(TimeUnit.SECONDS.toNanos(1))).isEqualTo(2 * day);
    assertThat(speed.wallNanos(day)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
    assertThat(speed.unlimited()).isFalse();
  }

  @Test
  void waitingAsLongAsItTakesIsEnough() {
    Speed speed = new Speed(7.3);
    for (long millis = 1; millis < 1_000; millis++) {
      assertThat(speed.eventMillis(speed.wallNanos(millis))).isGreaterThanOrEqualTo(millis - 1);
    }
    assertThat(new Speed(0.001).wallNanos(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void unlimitedIsAWord() {
    assertThat(Speed.parse("unlimited")).isEqualTo(Speed.UNLIMITED);
    assertThat(Speed.UNLIMITED.unlimited()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN", "fast", ""})
  void otherValuesAreRefused(String text) {
    assertThatThrownBy(() -> Speed.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a number above 0, or unlimited");
  }
}
