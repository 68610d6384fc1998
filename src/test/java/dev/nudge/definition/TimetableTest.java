package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a campaign's own push comes, by every clock. */
class TimetableTest {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          0 10 * * MON; 2026-01-05T09:59:59.999Z; 2026-01-05T10:00:00Z
          0 10 * * MON; 2026-01-05T10:00:00Z;     2026-01-12T10:00:00Z
          0 10 * * 1;   2026-01-05T10:00:00Z;     2026-01-12T10:00:00Z
          0 0 * * 0;    2026-01-05T00:00:00Z;     2026-01-11T00:00:00Z
          0 0 * * 7;    2026-01-05T00:00:00Z;     2026-01-11T00:00:00Z
          */15 * * * *; 2026-01-05T09:01:00Z;     2026-01-05T09:15:00Z
          30 8 1 * *;   2026-01-05T00:00:00Z;     2026-02-01T08:30:00Z
          0 0 29 2 *;   2026-01-05T00:00:00Z;     2028-02-29T00:00:00Z
          0 9 * * MON-FRI; 2026-01-09T09:00:00Z;  2026-01-12T09:00:00Z
          0 9 13 * FRI; 2026-01-05T00:00:00Z;     2026-01-09T09:00:00Z
          0 9 1,15 JAN,JUL *; 2026-01-15T09:00:00Z; 2026-07-01T09:00:00Z
          """)
  void cronComesAtItsNextTime(String cron, String after, String next) {
    assertThat(next(cron, after, UTC)).isEqualTo(Instant.parse(next));
  }

  @Test
  void cronComesWhenALibraryThatWalksThroughTheCalendarSays() {
    Random random = new Random(20261111);
    int compared = 0;
    while (compared < 2_000) {
      String text = randomCron(random);
      Cron cron;
      try {
        cron = new Cron(text);
      } catch (IllegalArgumentException refused) {
        continue;
      }
      ExecutionTime walked =
          ExecutionTime.forCron(
              new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                  .parse(text));
      LocalDateTime clock =
          LocalDateTime.of(2023, 1, 1, 0, 0).plusSeconds(random.nextInt(4 * 366 * 86_400));
      for (int i = 0; i < 5 && clock != null; i++) {
        LocalDateTime expected =
            walked
                .nextExecution(clock.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime)
                .orElse(null);
        assertThat(cron.nextAfter(clock)).as("%s after %s", text, clock).isEqualTo(expected);
        clock = expected;
      }
      compared++;
    }
  }

  private static String randomCron(Random random) {
    return String.join(
        " ",
        randomField(random, 0, 59),
        randomField(random, 0, 23),
        randomField(random, 1, 31),
        randomField(random, 1, 12),
        randomField(random, 0, 7));
  }

  private static String randomField(Random random, int least, int greatest) {
    int one = least + random.nextInt(greatest - least + 1);
    int other = least + random.nextInt(greatest - least + 1);
    int step = 1 + random.nextInt(Math.max(1, greatest / 2));
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> "*";
      case 3 -> "*/" + step;
      case 4 -> Math.min(one, other) + "-" + Math.max(one, other);
      case 5 -> Math.min(one, other) + "-" + Math.max(one, other) + "/" + step;
      case 6 -> one + "," + other;
      default -> Integer.toString(one);
    };
  }

  @Test
  void timeThatNoCalendarHasNeverComes() {
    assertThat(new Cron("0 0 30 2 *").nextAfter(LocalDateTime.parse("2026-01-05T00:00"))).isNull();
    assertThat(new Cron("0 0 29 2 *").nextAfter(LocalDateTime.parse("2096-02-29T00:00")))
        .isEqualTo("2104-02-29T00:00");
  }

  @Test
  void cronIsToldByTheCustomersClock() {
    assertThat(next("0 10 * * *", "2026-01-05T00:00:00Z", ZoneId.of("Asia/Shanghai")))
        .isEqualTo("2026-01-05T02:00:00Z");
    assertThat(next("0 10 * * *", "2026-01-05T00:00:00Z", ZoneId.of("America/New_York")))
        .isEqualTo("2026-01-05T15:00:00Z");
  }

  @Test
  void timeThatTheClockSkipsComesAnHourLaterAndOnce() {
    // Berlin skips 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
    assertThat(all("30 2 * * *", "2026-03-28T00:00:00Z", 3))
        .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
    // Asked just after the gap, when the clock shows 03:10, it is still to come, at 03:30.
    assertThat(next("30 2 * * *", "2026-03-29T01:10:00Z", BERLIN))
        .isEqualTo("2026-03-29T01:30:00Z");
    assertThat(next("30 2 * * *", "2026-03-29T01:30:00Z", BERLIN))
        .isEqualTo("2026-03-30T00:30:00Z");
    assertThat(next("0 2 * * *", "2026-03-29T00:59:59.999Z", BERLIN))
        .isEqualTo("2026-03-29T01:00:00Z");
    assertThat(next("0 2 * * *", "2026-03-29T01:00:00Z", BERLIN)).isEqualTo("2026-03-30T00:00:00Z");
  }

  @Test
  void timeThatTheClockShowsTwiceComesAtTheFirstOfThem() {
    // Berlin shows 02:00 to 03:00 twice on 2026-10-25, from 00:00 and from 01:00 UTC.
    assertThat(all("30 2 * * *", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    assertThat(all("*/30 * * * *", "2026-10-24T23:59:00Z", 4))
        .containsExactly(
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T02:30:00Z");
  }

  @Test
  void dayThatAClockSkippedWholeComesOnTheNext() {
    // Samoa went from 2011-12-29 to 2011-12-31.
    assertThat(next("0 10 30 12 *", "2011-12-30T09:00:00Z", ZoneId.of("Pacific/Apia")))
        .isEqualTo("2011-12-30T20:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10 * * MON",
        "0 0 10 * * MON",
        "60 10 * * *",
        "0 24 * * *",
        "0 10 0 * *",
        "0 10 * 13 *",
        "0 10 * * MOON",
        "@daily",
        "0 10 L * *"
      })
  void otherDialectsAreRefused(String cron) {
    assertThatThrownBy(() -> new Cron(cron)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void localTimeIsAnotherInstantInEachZone() {
    Timetable once = new Timetable.OnceLocal(LocalDateTime.parse("2026-11-11T10:00"));
    long shanghai = Instant.parse("2026-11-11T02:00:00Z").toEpochMilli();
    assertThat(once.isZoned()).isFalse();
    assertThat(once.nextAfter(0, ZoneId.of("Asia/Shanghai"))).isEqualTo(shanghai);
    assertThat(once.nextAfter(shanghai - 1, ZoneId.of("Asia/Shanghai"))).isEqualTo(shanghai);
    assertThat(once.nextAfter(shanghai, ZoneId.of("Asia/Shanghai"))).isEqualTo(Timetable.NEVER);
    assertThat(once.nextAfter(shanghai, UTC)).isEqualTo(shanghai + 8 * 3_600_000L);
  }

  @Test
  void instantIsTheSameForEverybody() {
    Timetable once = new Timetable.Once(1_000);
    assertThat(once.isZoned()).isTrue();
    assertThat(once.nextAfter(999, BERLIN)).isEqualTo(1_000);
    assertThat(once.nextAfter(1_000, BERLIN)).isEqualTo(Timetable.NEVER);
  }

  private static Instant next(String cron, String after, ZoneId zone) {
    return Instant.ofEpochMilli(
        new Timetable.Every(new Cron(cron)).nextAfter(Instant.parse(after).toEpochMilli(), zone));
  }

  private static List<String> all(String cron, String after, int count) {
    List<String> times = new ArrayList<>();
    Instant at = Instant.parse(after);
    for (int i = 0; i < count; i++) {
      at = next(cron, at.toString(), BERLIN);
      times.add(at.toString());
    }
    return times;
  }
}
