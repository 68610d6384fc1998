package dev.nudge.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.QuietHours;
import dev.nudge.definition.Slot;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalTimesTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Set<DayOfWeek> DAILY = EnumSet.allOf(DayOfWeek.class);

  private static long at(String iso) {
    return Instant.parse(iso).toEpochMilli();
  }

  private static LocalTimes slot(Set<DayOfWeek> days, int from, int to) {
    return new LocalTimes(List.of(new Slot(days, from, to)), null);
  }

  private static String next(LocalTimes times, String after, ZoneId zone) {
    return Instant.ofEpochMilli(times.nextOpen(at(after), zone, true)).toString();
  }

  @Test
  void aSlotHoldsItsFirstInstantAndNotItsLast() {
    LocalTimes times = slot(DAILY, 9 * 60, 21 * 60);

    assertThat(times.isOpen(at("2026-01-05T08:00:00Z"), BERLIN)).isTrue();
    assertThat(times.isOpen(at("2026-01-05T07:59:59.999Z"), BERLIN)).isFalse();
    assertThat(times.isOpen(at("2026-01-05T19:59:59.999Z"), BERLIN)).isTrue();
    assertThat(times.isOpen(at("2026-01-05T20:00:00Z"), BERLIN)).isFalse();
  }

  /**
   * In Berlin the clock skips 02:00 to 03:00 on 29 March 2026, and shows it twice on 25 October.
   */
  @ParameterizedTest
  @CsvSource({
    // Skipped for the most part: it opens when the clock is put forward.
    "150, 210, 2026-03-29T00:30:00Z, 2026-03-29T01:00:00Z",
    // Skipped altogether: the day after.
    "120, 180, 2026-03-29T00:30:00Z, 2026-03-30T00:00:00Z",
    // Shown twice: it opens twice.
    "120, 150, 2026-10-25T00:30:00Z, 2026-10-25T01:00:00Z",
    "120, 150, 2026-10-25T01:29:59Z, 2026-10-26T01:00:00Z",
    "150, 210, 2026-10-24T23:00:00Z, 2026-10-25T00:30:00Z"
  })
  void theClockDecidesWhenItIsChanged(int from, int to, String after, String expected) {
    assertThat(next(slot(DAILY, from, to), after, BERLIN)).isEqualTo(expected);
  }

  @Test
  void theOtherDaysOfTheWeekAreClosed() {
    LocalTimes sundays = slot(EnumSet.of(DayOfWeek.SUNDAY), 0, 1440);

    assertThat(next(sundays, "2026-01-05T09:00:00Z", BERLIN)).isEqualTo("2026-01-10T23:00:00Z");
    assertThat(next(sundays, "2026-01-10T23:00:00Z", BERLIN)).isEqualTo("2026-01-17T23:00:00Z");
  }

  @Test
  void quietHoursTakeTheEveningOfASlot() {
    LocalTimes times =
        new LocalTimes(List.of(new Slot(DAILY, 9 * 60, 21 * 60)), new QuietHours(20 * 60, 8 * 60));
    ZoneId utc = ZoneId.of("UTC");

    assertThat(times.isQuiet(at("2026-01-05T20:00:00Z"), utc)).isTrue();
    assertThat(times.isQuiet(at("2026-01-05T07:59:59.999Z"), utc)).isTrue();
    assertThat(times.isQuiet(at("2026-01-05T08:00:00Z"), utc)).isFalse();
    assertThat(next(times, "2026-01-05T20:30:00Z", utc)).isEqualTo("2026-01-06T09:00:00Z");
    assertThat(times.nextOpen(at("2026-01-05T21:30:00Z"), utc, false))
        .isEqualTo(at("2026-01-06T09:00:00Z"));
  }

  @Test
  void aSlotThatIsAlwaysQuietNeverOpens() {
    LocalTimes times = new LocalTimes(List.of(new Slot(DAILY, 60, 120)), new QuietHours(0, 180));

    assertThat(times.nextOpen(at("2026-01-05T20:30:00Z"), BERLIN, true))
        .isEqualTo(LocalTimes.NEVER);
  }
}
