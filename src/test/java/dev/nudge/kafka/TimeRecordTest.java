package dev.nudge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeRecordTest {

  @Test
  void readsWhatItWrites() {
    assertThat(TimeRecord.read(TimeRecord.value(1_767_603_600_000L))).hasValue(1_767_603_600_000L);
    assertThat(new String(TimeRecord.value(5), StandardCharsets.UTF_8))
        .isEqualTo("{\"event\":\"$time\",\"timestamp\":5}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "{\"event\":\"$time\"",
        "{\"event\":\"$time\"}",
        "{\"event\":\"Product Viewed\",\"timestamp\":5}",
        "{\"timestamp\":5,\"properties\":{\"event\":\"$time\"}}",
      })
  void anythingElseIsNoTime(String value) {
    assertThat(TimeRecord.read(value.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void tombstoneIsNoTime() {
    assertThat(TimeRecord.read(null)).isEmpty();
  }
}
