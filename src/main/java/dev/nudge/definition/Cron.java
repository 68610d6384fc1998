package dev.nudge.definition;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.value.FieldValue;
import com.cronutils.parser.CronParser;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.BitSet;

/**
 * Times in the five fields of Unix cron: minute, hour, day of the month, month, day of the week.
 *
 * <p>{@code 0 10 * * MON} is every Monday at ten. Where both days are given, one of them is enough.
 *
 * <p>A library reads the fields and says what is wrong with them. The next time is told here, from
 * one bit a minute, hour, day and month: a daily push asks for it once a customer and day.
 */
public final class Cron {
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private static final int MAX_MINUTE = 59;
  private static final int MAX_HOUR = 23;
  private static final int MAX_DAY = 31;
  private static final int MAX_MONTH = 12;

  /** Sunday is both 0 and 7. */
  private static final int MAX_WEEKDAY = 7;

  /** The longest that a 29 February can be away, as between 2096 and 2104, and one more. */
  private static final int MAX_MONTHS_AHEAD = 9 * 12;

  private final String text;
  private final BitSet minutes;
  private final BitSet hours;
  private final BitSet days;
  private final BitSet months;
  private final BitSet weekdays;

  /** Whether one of the two days is enough; else both are needed, of which one is any. */
  private final boolean isEitherDay;

  /**
   * Compiles the five fields.
   *
   * @throws IllegalArgumentException if they are not right; its message says why
   */
  Cron(String text) {
    this.text = text;
    com.cronutils.model.Cron fields = PARSER.parse(text).validate();
    minutes = bits(fields, CronFieldName.MINUTE, 0, MAX_MINUTE);
    hours = bits(fields, CronFieldName.HOUR, 0, MAX_HOUR);
    days = bits(fields, CronFieldName.DAY_OF_MONTH, 1, MAX_DAY);
    months = bits(fields, CronFieldName.MONTH, 1, MAX_MONTH);
    weekdays = bits(fields, CronFieldName.DAY_OF_WEEK, 0, MAX_WEEKDAY);
    if (weekdays.get(0)) {
      weekdays.set(MAX_WEEKDAY);
    }
    isEitherDay =
        !(expression(fields, CronFieldName.DAY_OF_MONTH) instanceof Always)
            && !(expression(fields, CronFieldName.DAY_OF_WEEK) instanceof Always);
  }

  private static FieldExpression expression(com.cronutils.model.Cron fields, CronFieldName name) {
    return fields.retrieve(name).getExpression();
  }

  private static BitSet bits(
      com.cronutils.model.Cron fields, CronFieldName name, int least, int greatest) {
    BitSet bits = new BitSet(greatest + 1);
    set(bits, expression(fields, name), 1, least, greatest);
    return bits;
  }

  /** Every so manieth value of what an expression spans. */
  private static void set(
      BitSet bits, FieldExpression expression, int step, int least, int greatest) {
    if (expression instanceof Always) {
      set(bits, least, greatest, step);
    } else if (expression instanceof On on) {
      set(bits, on.getTime().getValue(), step == 1 ? on.getTime().getValue() : greatest, step);
    } else if (expression instanceof Between between) {
      set(bits, number(between.getFrom()), number(between.getTo()), step);
    } else if (expression instanceof Every every) {
      set(bits, every.getExpression(), every.getPeriod().getValue(), least, greatest);
    } else if (expression instanceof And and) {
      and.getExpressions().forEach(each -> set(bits, each, step, least, greatest));
    } else {
      throw new IllegalArgumentException("not in Unix cron: " + expression.asString());
    }
  }

  private static void set(BitSet bits, int from, int to, int step) {
    for (int value = from; value <= to; value += step) {
      bits.set(value);
    }
  }

  private static int number(FieldValue<?> value) {
    if (value.getValue() instanceof Integer number) {
      return number;
    }
    throw new IllegalArgumentException("not in Unix cron: " + value);
  }

  /** The five fields. */
  public String text() {
    return text;
  }

  /** The next time after one of a clock that is never put forward or back; null if none comes. */
  LocalDateTime nextAfter(LocalDateTime clock) {
    LocalDate day = clock.toLocalDate();
    if (isDay(day)) {
      int minute = minutes.nextSetBit(clock.getMinute() + 1);
      int hour = minute >= 0 && hours.get(clock.getHour()) ? clock.getHour() : -1;
      if (hour < 0) {
        hour = hours.nextSetBit(clock.getHour() + 1);
        minute = minutes.nextSetBit(0);
      }
      if (hour >= 0) {
        return day.atTime(hour, minute);
      }
    }
    LocalDate next = nextDay(day.plusDays(1));
    return next == null ? null : next.atTime(hours.nextSetBit(0), minutes.nextSetBit(0));
  }

  private LocalDate nextDay(LocalDate from) {
    LocalDate day = from;
    for (int month = 0; month <= MAX_MONTHS_AHEAD; month++) {
      if (months.get(day.getMonthValue())) {
        for (int left = day.lengthOfMonth() - day.getDayOfMonth(); left >= 0; left--) {
          if (isDay(day)) {
            return day;
          }
          day = day.plusDays(1);
        }
      } else {
        day = day.plusMonths(1).withDayOfMonth(1);
      }
    }
    return null;
  }

  private boolean isDay(LocalDate day) {
    boolean isOfMonth = days.get(day.getDayOfMonth());
    boolean isOfWeek = weekdays.get(day.getDayOfWeek().getValue());
    return months.get(day.getMonthValue())
        && (isEitherDay ? isOfMonth || isOfWeek : isOfMonth && isOfWeek);
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
