package dev.nudge.definition;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * Times in the five fields of Unix cron: minute, hour, day of the month, month, day of the week.
 *
 * <p>{@code 0 10 * * MON} is every Monday at ten. Where both days are given, one of them is enough.
 */
public final class Cron {
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private final String text;
  private final ExecutionTime times;

  /**
   * Compiles the five fields.
   *
   * @throws IllegalArgumentException if they are not right; its message says why
   */
  Cron(String text) {
    this.text = text;
    this.times = ExecutionTime.forCron(PARSER.parse(text).validate());
  }

  /** The five fields. */
  public String text() {
    return text;
  }

  /** The next time after one of a clock that is never put forward or back; null if none comes. */
  LocalDateTime nextAfter(LocalDateTime clock) {
    return times
        .nextExecution(clock.atZone(ZoneOffset.UTC))
        .map(ZonedDateTime::toLocalDateTime)
        .orElse(null);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cron that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
