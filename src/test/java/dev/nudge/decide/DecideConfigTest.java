package dev.nudge.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecideConfigTest {
  @Test
  void defaults() {
    assertThat(DecideConfig.from(new Configuration()))
        .isEqualTo(
            new DecideConfig(
                2_000, 1, 3_600_000, DecideConfig.Receipts.DELIVERIES, Long.MAX_VALUE));
  }

  @Test
  void everyKeyIsRead() {
    Map<String, String> keys =
        Map.of(
            "decide.arbitration", "5 s",
            "decide.shards", "4",
            "decide.receipt-timeout", "10 min",
            "decide.receipts", "ASSUMED");

    assertThat(DecideConfig.from(Configuration.fromMap(keys)))
        .isEqualTo(
            new DecideConfig(5_000, 4, 600_000, DecideConfig.Receipts.ASSUMED, Long.MAX_VALUE));
    assertThat(DecideConfig.OPTIONS)
        .extracting(ConfigOption::key)
        .containsExactlyInAnyOrderElementsOf(keys.keySet());
  }

  @ParameterizedTest
  @CsvSource({
    "decide.shards, 0, 'decide.shards: found 0, expected 1 to 1024'",
    "decide.shards, 1025, 'decide.shards: found 1025, expected 1 to 1024'",
    "decide.receipt-timeout, 0 s, 'decide.receipt-timeout: found 0 ms, expected at least 1 ms'"
  })
  void whatIsOutOfRangeIsRefused(String key, String value, String message) {
    assertThatThrownBy(() -> DecideConfig.from(Configuration.fromMap(Map.of(key, value))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aWorldEndsWhereItIsTold() {
    DecideConfig config = DecideConfig.from(new Configuration()).endingAt(7);
    assertThat(config.endOfTimeMillis()).isEqualTo(7);
  }
}
