package dev.nudge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a visit came from. */
class TrafficSourceTest {
  @ParameterizedTest
  @CsvSource({
    "https://WWW.Example.com:443/a?b, www.example.com",
    "http://me:secret@example.com, example.com",
    "https://example.com?x=http://other.com, example.com",
    "https://example.com#a@b, example.com",
    "//example.com/a, example.com",
    "example.com/a, example.com",
    "example.com/a?x=http://other.com, example.com",
    "example.com:80/a, example.com",
    "example.com, example.com",
    "https:, https",
    "android-app://com.shop, com.shop",
    "https://[2001:DB8::1]:8080/a, [2001:db8::1]",
    "https://[2001:db8::1, [2001",
    "https:///a, DIRECT",
    "/a, DIRECT",
    "' ', DIRECT",
    "'', DIRECT"
  })
  void referrerIsItsHost(String referrer, String source) {
    assertThat(TrafficSource.of(Map.of("referrer", Value.string(referrer)))).isEqualTo(source);
  }

  @Test
  void utmSourceGoesBeforeTheReferrerUnlessBlank() {
    Value referrer = Value.string("https://a.com");

    assertThat(of("referrer", referrer, "utm_source", Value.string("Letter"))).isEqualTo("Letter");
    assertThat(of("referrer", referrer, "utm_source", Value.number("7"))).isEqualTo("7");
    assertThat(of("referrer", referrer, "utm_source", Value.string(" "))).isEqualTo("a.com");
    assertThat(of("referrer", referrer, "utm_source", new Value(Value.Type.JSON, "{}")))
        .isEqualTo("a.com");
    assertThat(TrafficSource.of(Map.of())).isEqualTo("DIRECT");
  }

  @Test
  void longSourceIsCutBetweenCharacters() {
    String long1 = "a".repeat(300);
    String long2 = "a".repeat(255) + "\ud83d\ude00";

    assertThat(TrafficSource.of(Map.of("utm_source", Value.string(long1)))).hasSize(256);
    assertThat(TrafficSource.of(Map.of("utm_source", Value.string(long2)))).hasSize(255);
  }

  private static String of(String name, Value value, String otherName, Value other) {
    return TrafficSource.of(Map.of(name, value, otherName, other));
  }
}
