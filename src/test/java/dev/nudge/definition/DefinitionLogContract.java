package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What every log of definitions promises; each log's test extends it with an empty log. */
abstract class DefinitionLogContract {
  private static final String ACME = "acme|policy|default";
  private static final String OTHER = "品牌|policy|default";

  /** The log, empty at first; the same one within a test. */
  abstract DefinitionLog log();

  @Test
  void emptyLogHoldsNothing() {
    assertThat(log().newest()).isEmpty();
  }

  @Test
  void newestValueOfEachKeyCountsAndKeysAreSorted() {
    log().put(OTHER, bytes("1"));
    log().put(ACME, bytes("2"));
    log().put(OTHER, bytes("3"));
    assertThat(log().newest()).containsOnlyKeys(ACME, OTHER);
    assertThat(log().newest().keySet()).containsExactly(ACME, OTHER);
    assertThat(log().newest().get(ACME)).isEqualTo(bytes("2"));
    assertThat(log().newest().get(OTHER)).isEqualTo(bytes("3"));
  }

  @Test
  void deletedKeyIsGoneUntilItIsPutAgain() {
    log().put(ACME, bytes("1"));
    log().put(ACME, null);
    assertThat(log().newest()).isEmpty();
    log().put(ACME, bytes("2"));
    assertThat(log().newest().get(ACME)).isEqualTo(bytes("2"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
