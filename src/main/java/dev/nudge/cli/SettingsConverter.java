package dev.nudge.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads settings, {@code KEY=VALUE} with commas between. */
final class SettingsConverter implements ITypeConverter<Map<String, String>> {
  @Override
  public Map<String, String> convert(String text) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : text.split(",", -1)) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new TypeConversionException(
            "found '"
                + setting
                + "', expected KEY=VALUE such as execution.checkpointing.interval=30s");
      }
      settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return settings;
  }
}
