package dev.nudge.measure;

import dev.nudge.event.Value;
import java.util.Locale;
import java.util.Map;

/**
 * Where a visit came from, by the properties of its first event.
 *
 * <p>Example: {@code utm_source=newsletter} is {@code newsletter}; without it a referrer {@code
 * https://WWW.Example.com:443/a?b} is {@code www.example.com}; without that it is {@value #DIRECT}.
 */
final class TrafficSource {
  /** Neither told nor referred. */
  static final String DIRECT = "DIRECT";

  /** A source is a stranger's text; of a longer one the beginning names it. */
  static final int MAX_CHARACTERS = 256;

  private TrafficSource() {}

  static String of(Map<String, Value> properties) {
    String told = text(properties.get("utm_source"));
    if (!told.isEmpty()) {
      return clipped(told);
    }
    String host = host(text(properties.get("referrer")));
    return host.isEmpty() ? DIRECT : clipped(host);
  }

  private static String text(Value value) {
    boolean scalar =
        value != null && (value.type() == Value.Type.STRING || value.type() == Value.Type.NUMBER);
    return scalar ? value.text().strip() : "";
  }

  /** By hand: what stands in a referrer is often no URI by the book, and its host is plain. */
  private static String host(String referrer) {
    int from = 0;
    int firstEnd = end(referrer, 0);
    if (firstEnd == 0 && referrer.startsWith("//")) {
      from = 2;
    } else if (referrer.substring(0, firstEnd).endsWith(":")
        && referrer.startsWith("//", firstEnd)) {
      from = firstEnd + 2;
    }
    String authority = referrer.substring(from, end(referrer, from));
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    int port = host.indexOf(':', host.startsWith("[") ? Math.max(0, host.indexOf(']')) : 0);
    return (port < 0 ? host : host.substring(0, port)).strip().toLowerCase(Locale.ROOT);
  }

  private static int end(String referrer, int from) {
    int end = from;
    while (end < referrer.length() && "/?#\\".indexOf(referrer.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  /** Half a surrogate pair is no text, so a pair at the end goes as a whole. */
  private static String clipped(String text) {
    if (text.length() <= MAX_CHARACTERS) {
      return text;
    }
    boolean halves = Character.isHighSurrogate(text.charAt(MAX_CHARACTERS - 1));
    return text.substring(0, halves ? MAX_CHARACTERS - 1 : MAX_CHARACTERS);
  }
}
