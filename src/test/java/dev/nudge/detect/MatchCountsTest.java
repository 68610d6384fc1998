package dev.nudge.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MatchCountsTest {
  private final Map<String, Integer> counted = new TreeMap<>();
  private final MatchCounts counts =
      new MatchCounts((tenant, id) -> () -> counted.merge(tenant + " " + id, 1, Integer::sum));

  @Test
  void versionsOfADefinitionCountTogetherAndTenantsApart() {
    assertThat(counts.of("acme", "BIG")).isSameAs(counts.of("acme", "BIG"));
    counts.of("acme", "BIG").run();
    counts.of("acme", "BIG").run();
    counts.of("brown", "BIG").run();
    counts.of(null, "BIG").run();
    counts.of("acme", "SMALL").run();

    assertThat(counted)
        .isEqualTo(Map.of("acme BIG", 2, "brown BIG", 1, "* BIG", 1, "acme SMALL", 1));
  }

  @Test
  void whatComesAfterTheMaximumCountsTogether() {
    for (int i = 0; i < MatchCounts.MAX; i++) {
      counts.of("acme", "d" + i);
    }
    counts.of("acme", "e").run();
    counts.of("brown", "f").run();
    counts.of("acme", "d0").run();

    assertThat(counts.of("acme", "e")).isSameAs(counts.of("brown", "f"));
    assertThat(counted).isEqualTo(Map.of("* *", 2, "acme d0", 1));
  }
}
