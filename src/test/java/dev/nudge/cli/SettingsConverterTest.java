package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SettingsConverterTest {
  private final SettingsConverter converter = new SettingsConverter();

  @Test
  void settingsStandBetweenCommasAndAValueMayHoldAnEqualsSign() {
    assertThat(converter.convert("interval=30 s,opts=-Da=b"))
        .isEqualTo(Map.of("interval", "30 s", "opts", "-Da=b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "interval", "=30 s", "interval=30 s,"})
  void whatIsNoSettingIsRefused(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("expected KEY=VALUE");
  }
}
