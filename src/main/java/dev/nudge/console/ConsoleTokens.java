package dev.nudge.console;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may see what in the console. A brand's token opens that brand, the platform's token opens all
 * of them and the deployment's health. Without any token the console is open to whoever reaches it.
 *
 * <p>Only hashes are kept, so that no log and no dump of memory gives a token away.
 */
public final class ConsoleTokens {
  /** Stands for all tenants where a tenant is named. */
  public static final String PLATFORM = "*";

  /** No token: whoever reaches the console sees everything. */
  public static final ConsoleTokens NONE = new ConsoleTokens(List.of());

  /** Shorter ones can be guessed. */
  public static final int MIN_LENGTH = 16;

  private final List<Entry> entries;

  private record Entry(Access access, byte[] token, byte[] cookie) {}

  /**
   * What somebody may see.
   *
   * @param tenant the brand; null for all of them, and the deployment
   */
  public record Access(String tenant) {
    static final Access EVERYTHING = new Access(null);

    boolean isPlatform() {
      return tenant == null;
    }

    boolean allows(String other) {
      return tenant == null || tenant.equals(other);
    }
  }

  private ConsoleTokens(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads {@code {"acme": "a long random text", "*": "another one"}}: each tenant with its token,
   * {@value #PLATFORM} for the platform's.
   *
   * @throws IllegalArgumentException if it is not that, names nobody, or has a token that is
   *     shorter than {@value #MIN_LENGTH} characters or stands twice; no message holds a token
   */
  public static ConsoleTokens parse(String json) {
    Map<String, String> tokens;
    try {
      tokens =
          new ObjectMapper()
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .readValue(json, new TypeReference<Map<String, String>>() {});
    } catch (JsonProcessingException e) {
      // Its message would quote the text, and that holds tokens.
      throw new IllegalArgumentException(
          "console.tokens is not a JSON object of texts like {\"acme\": \"…\", \"*\": \"…\"}");
    }
    if (tokens == null || tokens.isEmpty()) {
      throw new IllegalArgumentException("console.tokens names no tenant");
    }
    return of(tokens);
  }

  static ConsoleTokens of(Map<String, String> tokens) {
    List<Entry> entries = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    tokens.forEach(
        (tenant, token) -> {
          if (tenant.isEmpty()) {
            throw new IllegalArgumentException("console.tokens has an empty tenant");
          }
          if (token == null || token.length() < MIN_LENGTH) {
            throw new IllegalArgumentException(
                "console.tokens: the token of %s is shorter than %d characters"
                    .formatted(tenant, MIN_LENGTH));
          }
          if (!seen.add(token)) {
            throw new IllegalArgumentException(
                "console.tokens: the token of %s is another one's too".formatted(tenant));
          }
          entries.add(
              new Entry(
                  tenant.equals(PLATFORM) ? Access.EVERYTHING : new Access(tenant),
                  hash(token),
                  cookie(token).getBytes(StandardCharsets.US_ASCII)));
        });
    return new ConsoleTokens(entries);
  }

  /** Whether anybody needs a token. */
  public boolean required() {
    return !entries.isEmpty();
  }

  /** Whose token it is; empty if it is nobody's. */
  Optional<Access> ofToken(String token) {
    byte[] hash = hash(token);
    Access found = null;
    for (Entry entry : entries) { // all of them, so that time tells nothing
      if (MessageDigest.isEqual(entry.token, hash)) {
        found = entry.access;
      }
    }
    return Optional.ofNullable(found);
  }

  /** Whose cookie it is; empty if it is nobody's. */
  Optional<Access> ofCookie(String cookie) {
    byte[] bytes = cookie.getBytes(StandardCharsets.UTF_8);
    Access found = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.cookie, bytes)) {
        found = entry.access;
      }
    }
    return Optional.ofNullable(found);
  }

  /** What a browser keeps instead of the token; it holds as long as the token does. */
  static String cookie(String token) {
    return HexFormat.of().formatHex(hash("nudge console cookie\n" + token));
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** How many there are, and no more. */
  @Override
  public String toString() {
    return "ConsoleTokens[" + entries.size() + "]";
  }
}
