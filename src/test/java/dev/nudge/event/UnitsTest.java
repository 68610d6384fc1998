package dev.nudge.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decimals to ten-thousandths and back. */
class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "0e-999999999, 0",
    "0e999999999, 0",
    "139.12, 1391200",
    "0.0001, 1",
    "-0.0001, -1",
    "1.00000000, 10000",
    "1e3, 10000000",
    "1E-4, 1",
    "1000000000000, 10000000000000000",
    "-1e12, -10000000000000000",
    "999999999999.9999, 9999999999999999"
  })
  void decimalsWithinRangeAreExact(String decimal, long units) {
    assertThat(Units.of(new BigDecimal(decimal))).isEqualTo(units);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.00001", "1.00001", "1e-5", "1e-999999999", "-1e-999999999", "0.99999"})
  void fifthDecimalPlaceIsRefused(String decimal) {
    assertThatThrownBy(() -> Units.of(new BigDecimal(decimal)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("more than 4 decimal places");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000000000.0001", "-1000000000000.0001", "1e13", "1e999999999"})
  void whatIsBeyondTheRangeIsRefused(String decimal) {
    assertThat(Units.exceedsRange(new BigDecimal(decimal))).isTrue();
    assertThatThrownBy(() -> Units.of(new BigDecimal(decimal)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("more than 1000000000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e12", "-1e12", "0", "1e-999999999", "0e999999999"})
  void whatIsWithinTheRangeDoesNotExceedIt(String decimal) {
    assertThat(Units.exceedsRange(new BigDecimal(decimal))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.00",
    "1, 0.0001",
    "-1, -0.0001",
    "10, 0.001",
    "100, 0.01",
    "1000, 0.10",
    "10000, 1.00",
    "1391200, 139.12",
    "1000000, 100.00",
    "-15000, -1.50",
    "10000000000000000, 1000000000000.00"
  })
  void formatHasTwoToFourPlaces(long units, String decimal) {
    assertThat(Units.format(units)).isEqualTo(decimal);
  }

  @Test
  void sumsBeyondLongAreFormattedExactly() {
    assertThat(Units.format(BigInteger.TWO.pow(100))).isEqualTo("126765060022822940149670320.5376");
  }

  @Test
  void doubleIsTheDecimalsNearest() {
    assertThat(Units.toDouble(BigInteger.valueOf(1_391_234))).isEqualTo(139.1234);
  }
}
