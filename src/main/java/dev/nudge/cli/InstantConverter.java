package dev.nudge.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an instant in ISO 8601 with its offset. */
final class InstantConverter implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException wrong) {
      throw new TypeConversionException(
          "found '"
              + text
              + "', expected an instant with its offset such as 2026-11-01T00:00:00+08:00");
    }
  }
}
