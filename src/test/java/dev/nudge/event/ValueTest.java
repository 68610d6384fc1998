package dev.nudge.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a value is as a number of a table. */
class ValueTest {
  @ParameterizedTest
  @CsvSource({
    "259.86, 259.8600",
    "45, 45.0000",
    "-0.00005, -0.0001",
    "0.00004999, 0.0000",
    "0.33333333333333333333, 0.3333",
    "1e-999999999, 0.0000",
    "-1e-999999999, 0.0000",
    "1e32, 100000000000000000000000000000000.0000",
    "999999999999999999999999999999999.99995, 1000000000000000000000000000000000.0000"
  })
  void decimalIsRoundedHalfUpToFourPlaces(String literal, String decimal) {
    assertThat(Value.number(literal).decimal().toPlainString()).isEqualTo(decimal);
    assertThat(Value.string(literal).decimal().toPlainString()).isEqualTo(decimal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "NaN", "1,5", "1e33", "-1e33", "1e999999999", "0e999999999"})
  void whatIsNoNumberOrTooLongHasNoDecimal(String text) {
    assertThat(Value.string(text).decimal()).isNull();
  }

  @Test
  void truthAndNestedJsonHaveNoDecimal() {
    assertThat(new Value(Value.Type.BOOLEAN, "true").decimal()).isNull();
    assertThat(new Value(Value.Type.JSON, "[1]").decimal()).isNull();
  }
}
