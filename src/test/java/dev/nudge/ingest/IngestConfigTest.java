package dev.nudge.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.ingest.IngestConfig.IdleClock;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IngestConfigTest {
  private static final long YEAR_1990 = Instant.parse("1990-01-01T00:00:00Z").toEpochMilli();

  @Test
  void whatIsNotSaidHasItsDefault() {
    assertThat(IngestConfig.from(new Configuration()))
        .isEqualTo(
            new IngestConfig(
                5_000, 30_000, 60_000, YEAR_1990, IdleClock.WALL, 100_000, Long.MAX_VALUE));
  }

  static Stream<Arguments> keys() {
    return Stream.of(
        arguments(
            "ingest.max-out-of-orderness",
            "0 s",
            new IngestConfig(
                0, 30_000, 60_000, YEAR_1990, IdleClock.WALL, 100_000, Long.MAX_VALUE)),
        arguments(
            "ingest.idle-after",
            "1 min",
            new IngestConfig(
                5_000, 60_000, 60_000, YEAR_1990, IdleClock.WALL, 100_000, Long.MAX_VALUE)),
        arguments(
            "ingest.max-clock-skew",
            "2 h",
            new IngestConfig(
                5_000, 30_000, 7_200_000, YEAR_1990, IdleClock.WALL, 100_000, Long.MAX_VALUE)),
        arguments(
            "ingest.min-timestamp",
            "1970-01-01T00:00:01Z",
            new IngestConfig(
                5_000, 30_000, 60_000, 1_000, IdleClock.WALL, 100_000, Long.MAX_VALUE)),
        arguments(
            "ingest.clock",
            "RECORDS",
            new IngestConfig(
                5_000, 30_000, 60_000, YEAR_1990, IdleClock.RECORDS, 100_000, Long.MAX_VALUE)),
        arguments(
            "ingest.max-events-on-heap",
            "7",
            new IngestConfig(5_000, 30_000, 60_000, YEAR_1990, IdleClock.WALL, 7, Long.MAX_VALUE)));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aKeyChangesItsOwnValueOnly(String key, String value, IngestConfig expected) {
    assertThat(IngestConfig.from(Configuration.fromMap(Map.of(key, value)))).isEqualTo(expected);
  }

  @Test
  void everyKeyIsTried() {
    assertThat(keys().map(arguments -> arguments.get()[0]))
        .containsExactlyElementsOf(IngestConfig.OPTIONS.stream().map(ConfigOption::key).toList());
  }

  @Test
  void everyOptionIsListed() {
    assertThat(
            Arrays.stream(IngestConfig.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .filter(field -> field.getType() == ConfigOption.class))
        .hasSameSizeAs(IngestConfig.OPTIONS);
  }

  @ParameterizedTest
  @MethodSource
  void aBadValueIsNamedWithItsKeyAndWhatIsExpected(String key, String value, String message) {
    Configuration config = Configuration.fromMap(Map.of(key, value));

    assertThatThrownBy(() -> IngestConfig.from(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  static Stream<Arguments> aBadValueIsNamedWithItsKeyAndWhatIsExpected() {
    return Stream.of(
        arguments(
            "ingest.max-out-of-orderness",
            "soon",
            "Could not parse value 'soon' for key 'ingest.max-out-of-orderness'."),
        arguments(
            "ingest.max-out-of-orderness",
            "-5 s",
            "Could not parse value '-5 s' for key 'ingest.max-out-of-orderness'."),
        arguments(
            "ingest.idle-after", "0 s", "ingest.idle-after: found 0 ms, expected at least 1 ms"),
        arguments(
            "ingest.max-clock-skew",
            "a minute",
            "Could not parse value 'a minute' for key 'ingest.max-clock-skew'."),
        arguments(
            "ingest.min-timestamp",
            "1990-01-01",
            "ingest.min-timestamp: found \"1990-01-01\", expected an instant such as"
                + " 1990-01-01T00:00:00Z"),
        arguments(
            "ingest.max-events-on-heap",
            "-1",
            "ingest.max-events-on-heap: found -1, expected at least 0"),
        arguments(
            "ingest.max-events-on-heap",
            "many",
            "Could not parse value 'many' for key 'ingest.max-events-on-heap'."),
        arguments("ingest.clock", "MOON", "Could not parse value 'MOON' for key 'ingest.clock'."));
  }

  @ParameterizedTest
  @MethodSource
  void aNegativeSpanIsRefused(long outOfOrderness, long idleAfter, long skew, String message) {
    assertThatThrownBy(
            () ->
                new IngestConfig(
                    outOfOrderness,
                    idleAfter,
                    skew,
                    YEAR_1990,
                    IdleClock.WALL,
                    100_000,
                    Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  static Stream<Arguments> aNegativeSpanIsRefused() {
    return Stream.of(
        arguments(-1, 1, 0, "ingest.max-out-of-orderness: found -1 ms, expected at least 0 ms"),
        arguments(0, -1, 0, "ingest.idle-after: found -1 ms, expected at least 1 ms"),
        arguments(0, 1, -1, "ingest.max-clock-skew: found -1 ms, expected at least 0 ms"));
  }

  @Test
  void aWorldThatEndsIsOtherwiseTheSame() {
    IngestConfig endless = IngestConfig.from(new Configuration());

    assertThat(endless.endingAt(42))
        .isEqualTo(new IngestConfig(5_000, 30_000, 60_000, YEAR_1990, IdleClock.WALL, 100_000, 42));
  }
}
