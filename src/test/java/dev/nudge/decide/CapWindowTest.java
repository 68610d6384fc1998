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

    assertThat(CapWindow.firstMillis(cap, at(at), zone)).isEqualTo(at(from));
    assertThat(CapWindow.endMillis(cap, at(at), zone)).isEqualTo(at(to));
  }

  @Test
  void aRollingWindowEndsAfterItsLength() {
    Cap cap = new Cap(Cap.Scope.ANY, null, 1, 1_000, null, Cap.Counts.ALL);

    assertThat(CapWindow.firstMillis(cap, 5_000, ZoneId.of("UTC"))).isEqualTo(4_001);
    assertThat(CapWindow.endMillis(cap, 4_000, ZoneId.of("UTC"))).isEqualTo(5_000);
  }
}
