package dev.nudge.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.Similar;
import dev.nudge.event.Value;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LikenessTest {
  private static final LocalDate TODAY = LocalDate.parse("2026-03-01");

  private static Map<String, Value> of(String birth, String region) {
    return Map.of("birthDate", Value.string(birth), "region", Value.string(region));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01, 0",
    "2016-03-02, 0",
    "2016-03-01, 1",
    "1996-03-01, 3",
    "1996-03-02, 2",
    "2026-03-02, -1",
    "1926-03-01, 10",
    "1996-02-29, 3"
  })
  void aBandIsTenYearsFromABirthdayOn(String born, int band) {
    assertThat(Likeness.band(LocalDate.parse(born), TODAY)).isEqualTo(band);
  }

  @ParameterizedTest
  @CsvSource({"1986-03-02", "1990-12-31", "1996-03-01", "1996-01-01"})
  void theGroupsOfABandHaveEverybodyOfIt(String born) {
    Likeness likeness = Likeness.of(new Similar(List.of("region", "ageBand"), 10));
    List<String> groups = likeness.groups(of("1991-01-01", "north"), TODAY);

    assertThat(groups).hasSize(11).contains(likeness.group(of(born, "north")));
    assertThat(groups).doesNotContain(likeness.group(of(born, "south")));
    assertThat(likeness.name(of(born, "north"), TODAY))
        .isEqualTo(likeness.name(of("1991-01-01", "north"), TODAY));
  }

  @Test
  void whatIsMissingTooLongOrNoDateIsLikeNothing() {
    Likeness likeness = Likeness.of(new Similar(List.of("region", "ageBand"), 10));
    String longest = "x".repeat(Likeness.MAX_VALUE);

    assertThat(likeness.group(of("1990-01-01", longest))).isNotNull();
    assertThat(likeness.group(of("1990-01-01", longest + "x"))).isNull();
    assertThat(likeness.group(of("1990-01-01", ""))).isNull();
    assertThat(likeness.group(of("1990", "north"))).isNull();
    assertThat(likeness.name(of("2030-01-01", "north"), TODAY)).isNull();
    assertThat(likeness.groups(of("2030-01-01", "north"), TODAY)).isEmpty();
    assertThat(likeness.group(Map.of("birthDate", Value.string("1990-01-01")))).isNull();
  }

  @Test
  void theOrderOfTheNamesDoesNotMatter() {
    assertThat(Likeness.of(new Similar(List.of("b", "a", "b"), 1)))
        .isEqualTo(Likeness.of(new Similar(List.of("a", "b"), 5)));
  }
}
