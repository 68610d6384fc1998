package dev.nudge.definition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentResultTest {
  private static final long ELEVEN = 1_767_610_800_000L;
  private static final byte[] KEY = "acme|result|cart-rescue".getBytes(UTF_8);

  @Test
  void itsRecordIsReadAsItWasWritten() throws Exception {
    for (String winner : new String[] {"B", null}) {
      ExperimentResult result = ExperimentResult.of("acme", "cart-rescue", 2, winner, ELEVEN);

      assertThat(DefinitionCodec.key(result)).isEqualTo(KEY);
      DefinitionVersion read =
          DefinitionCodec.read(KEY, DefinitionCodec.value(result)).orElseThrow();
      assertThat(read).isEqualTo(DefinitionVersion.of(result));
      assertThat(read.kind() + " " + read.tenant() + " " + read.id() + " " + read.version())
          .isEqualTo("result acme cart-rescue 2");
      assertThat(read.effectiveAtMillis()).isEqualTo(ELEVEN + 10_000);
      assertThat(read.isPaused()).isFalse();
    }
  }

  @Test
  void itsRecordSaysWhatItIs() {
    assertThat(
            new String(
                DefinitionCodec.value(ExperimentResult.of("acme", "cart-rescue", 2, "B", ELEVEN)),
                UTF_8))
        .isEqualTo(
            "{\"kind\":\"result\",\"tenant\":\"acme\",\"id\":\"cart-rescue\",\"version\":2,"
                + "\"winner\":\"B\",\"decidedAt\":\"2026-01-05T11:00:00Z\","
                + "\"effectiveAt\":\"2026-01-05T11:00:10Z\"}");
  }

  @Test
  void aTombstoneTakesNothingBack() throws Exception {
    assertThat(DefinitionCodec.read(KEY, null)).isEmpty();
  }

  @Test
  void whatIsNoResultIsRefused() {
    String value =
        "{\"kind\":\"result\",\"tenant\":\"other\",\"id\":\"cart-rescue\",\"version\":0,"
            + "\"winer\":\"B\",\"decidedAt\":\"soon\"}";
    assertThatThrownBy(() -> DefinitionCodec.read(KEY, value.getBytes(UTF_8)))
        .isInstanceOf(DefinitionException.class)
        .hasMessageContaining("tenant: found \"other\", expected acme")
        .hasMessageContaining("version: found 0, expected")
        .hasMessageContaining("winer: found an unknown key")
        .hasMessageContaining("decidedAt: found \"soon\", expected an instant")
        .hasMessageContaining("effectiveAt: found nothing");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 60000", "60000, 60000", "60001, 120000"})
  void itIsFoundAtTheEndOfAMinute(long wanted, long found) {
    assertThat(ExperimentResult.foundMillis(wanted)).isEqualTo(found);
  }
}
