package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Texts with places to fill. */
class TemplateTest {
  private static final Map<String, String> VALUES = Map.of("customer.name", "Anna $1 \\", "n", "5");

  @Test
  void everyPlaceIsFilledWithItsValueAsItIs() {
    assertThat(new Template("Hi ${customer.name}, ${n} of ${n}").fill(VALUES::get))
        .contains("Hi Anna $1 \\, 5 of 5");
    assertThat(new Template("plain $5 {x}").fill(VALUES::get)).contains("plain $5 {x}");
    assertThat(new Template("").fill(VALUES::get)).contains("");
  }

  @Test
  void whatIsMissingIsNamedAndNothingIsSaid() {
    Template template = new Template("${a} ${n} ${b} ${a}");
    assertThat(template.names()).containsExactly("a", "n", "b");
    assertThat(template.missing(VALUES::get)).containsExactly("a", "b");
    assertThat(template.fill(VALUES::get)).isEmpty();
  }
}
