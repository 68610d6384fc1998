package dev.nudge.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.Cap;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapWindowTest {
  private static long at(String iso) {
    return Instant.parse(iso).toEpochMilli();
  }

  @ParameterizedTest
  @CsvSource({
    "DAY, Asia/Shanghai, 2026-01-05T15:59:59.999Z, 2026-01-04T16:00:00Z, 2026-01-05T16:00:00Z",
    "DAY, Asia/Shanghai, 2026-01-05T16:00:00Z, 2026-01-05T16:00:00Z, 2026-01-06T16:00:00Z",
    // 23 hours, and 25.
    "DAY, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
    "DAY, Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
    // Midnight is skipped.
    "DAY, America/Santiago, 2026-09-06T12:00:00Z, 2026-09-06T04:00:00Z, 2026-09-07T03:00:00Z",
    // 2027-01-03 is a Sunday of the last ISO week of 2026.
    "WEEK, UTC, 2027-01-03T23:59:59.999Z, 2026-12-28T00:00:00Z, 2027-01-04T00:00:00Z",
    "WEEK, UTC, 2027-01-04T00:00:00Z, 2027-01-04T00:00:00Z, 2027-01-11T00:00:00Z",
    "MONTH, UTC, 2028-02-29T12:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
    "MONTH, Europe/Berlin, 2026-03-31T22:00:00Z, 2026-03-31T22:00:00Z, 2026-04-30T22:00:00Z"
  })
  void theCalendarIsThatOfTheZone(
      Cap.Calendar calendar, ZoneId zone, String at, String from, String to) {
    Cap cap = new Cap(Cap.Scope.ANY, null, 1, 0, calendar, Cap.Counts.ALL);

    CapWindow windows = new CapWindow(zone);

    assertThat(windows.firstMillis(cap, at(at))).isEqualTo(at(from));
    assertThat(windows.endMillis(cap, at(at))).isEqualTo(at(to));
    // What was worked out holds for the whole span, and for nothing beside it.
    assertThat(windows.endMillis(cap, at(from))).isEqualTo(at(to));
    assertThat(windows.firstMillis(cap, at(to) - 1)).isEqualTo(at(from));
    assertThat(windows.firstMillis(cap, at(to))).isEqualTo(at(to));
    assertThat(windows.endMillis(cap, at(from) - 1)).isEqualTo(at(from));
  }

  @Test
  void aRollingWindowEndsAfterItsLength() {
    Cap cap = new Cap(Cap.Scope.ANY, null, 1, 1_000, null, Cap.Counts.ALL);

    CapWindow windows = new CapWindow(ZoneId.of("UTC"));

    assertThat(windows.firstMillis(cap, 5_000)).isEqualTo(4_001);
    assertThat(windows.endMillis(cap, 4_000)).isEqualTo(5_000);
  }
}
