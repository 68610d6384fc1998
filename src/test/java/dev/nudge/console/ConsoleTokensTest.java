package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.console.ConsoleTokens.Access;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTokensTest {
  private static final String ACME = "acme-token-0123456789";
  private static final String ALL = "platform-token-0123456789";
  private static final ConsoleTokens TOKENS =
      ConsoleTokens.parse("{\"acme\": \"%s\", \"*\": \"%s\"}".formatted(ACME, ALL));

  @Test
  void tokenOpensItsBrandAloneAndThePlatformsAll() {
    Access brand = TOKENS.ofToken(ACME).orElseThrow();
    assertThat(brand.allows("acme")).isTrue();
    assertThat(brand.allows("zeta")).isFalse();
    assertThat(brand.allows("*")).isFalse();
    assertThat(brand.isPlatform()).isFalse();

    Access platform = TOKENS.ofToken(ALL).orElseThrow();
    assertThat(platform.allows("acme")).isTrue();
    assertThat(platform.isPlatform()).isTrue();
    assertThat(TOKENS.ofToken("acme-token-012345678")).isEmpty();
    assertThat(TOKENS.ofToken("")).isEmpty();
  }

  @Test
  void cookieIsAsGoodAsItsTokenAndIsNotTheToken() {
    String cookie = ConsoleTokens.cookie(ACME);

    assertThat(TOKENS.ofCookie(cookie)).isEqualTo(TOKENS.ofToken(ACME));
    assertThat(TOKENS.ofCookie(ACME)).isEmpty();
    assertThat(TOKENS.ofToken(cookie)).isEmpty();
    assertThat(cookie).doesNotContain(ACME);
  }

  @Test
  void withoutTokensNobodyNeedsOne() {
    assertThat(ConsoleTokens.NONE.required()).isFalse();
    assertThat(TOKENS.required()).isTrue();
    assertThat(TOKENS.toString()).doesNotContain(ACME).doesNotContain("acme");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | names no tenant",
        "null | names no tenant",
        "[\"a-very-secret-token\"] | is not a JSON object",
        "{\"acme\": \"a-very-secret-token\" | is not a JSON object",
        "{\"acme\": \"short\"} | token of acme is shorter than 16 characters",
        "{\"acme\": null} | token of acme is shorter than 16 characters",
        "{\"\": \"a-very-secret-token\"} | an empty tenant",
        "{\"a\": \"a-very-secret-token\", \"b\": \"a-very-secret-token\"} | another one's too",
        "{\"a\": \"a-very-secret-token\", \"a\": \"another-very-secret\"} | is not a JSON object"
      })
  void unusableTokensAreRefusedWithoutAWordOfThem(String json, String reason) {
    assertThatThrownBy(() -> ConsoleTokens.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason)
        .hasMessageStartingWith("console.tokens")
        .message()
        .doesNotContain("very-secret");
  }
}
