package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClickHouseEndpointTest {

  @ParameterizedTest
  @CsvSource({"2, 512", "8, 2048", "16, 4096", "64, 4096"})
  void statementHasAQuarterOfTheMachineButNoMoreThanFourGibibytes(
      long machineGibibytes, long mebibytes) {
    assertThat(ClickHouseEndpoint.queryMemoryBytes(machineGibibytes << 30))
        .isEqualTo(mebibytes << 20);
  }
}
