package dev.nudge.clickhouse;

import java.util.Properties;

/**
 * Where ClickHouse is and who Nudge is there.
 *
 * @param url a JDBC address such as {@code jdbc:clickhouse://127.0.0.1:8123}, or the server's
 *     {@code http://} or {@code https://} one; driver settings may stand behind a {@code ?},
 *     secrets may not
 * @param user the user; {@code default} in local mode
 * @param password the password, from the environment or a file; empty if there is none
 */
public record ClickHouseConfig(String url, String user, String password) {

  private static final String SCHEME = "jdbc:clickhouse:";

  /**
   * Checks what can be checked without a connection.
   *
   * @throws IllegalArgumentException naming the key, its value and what was expected
   */
  public ClickHouseConfig {
    if (url != null && (url.startsWith("http://") || url.startsWith("https://"))) {
      url = SCHEME + url;
    }
    if (url == null || !url.startsWith(SCHEME)) {
      throw new IllegalArgumentException(
          "clickhouse.url: found %s, expected an address like %s//host:8123 or http://host:8123"
              .formatted(url, SCHEME));
    }
    if (url.contains("@")) {
      throw new IllegalArgumentException(
          "clickhouse.url: found who signs on, expected that in clickhouse.user");
    }
    if (url.contains("password=") || url.contains("access_token=")) {
      throw new IllegalArgumentException(
          "clickhouse.url: found a password, expected it in clickhouse.password");
    }
    if (user == null || user.isBlank()) {
      throw new IllegalArgumentException("clickhouse.user: found nothing, expected a name");
    }
    if (password == null) {
      throw new IllegalArgumentException(
          "clickhouse.password: found nothing, expected a text, empty if there is none");
    }
  }

  /** Who connects, as the driver's properties. */
  Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    return properties;
  }

  /** Without the password, which must not reach a log. */
  @Override
  public String toString() {
    return "ClickHouseConfig[url=%s, user=%s]".formatted(url, user);
  }
}
