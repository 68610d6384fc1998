package dev.nudge.clickhouse;

import dev.nudge.ingest.JobArguments;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;

/**
 * Where ClickHouse is and who Nudge is there.
 *
 * @param url a JDBC address such as {@code jdbc:clickhouse://127.0.0.1:8123}, or the server's
 *     {@code http://} or {@code https://} one; driver settings may stand behind a {@code ?},
 *     secrets may not
 * @param user the user; {@code default} in local mode
 * @param password the password, from the environment or a file; empty if there is none
 * @param caCertificate a file in PEM with the certificate that vouches for the server's; null for
 *     those that Java trusts
 */
public record ClickHouseConfig(String url, String user, String password, String caCertificate) {

  private static final String SCHEME = "jdbc:clickhouse:";

  /** Where the password stands when no file is named. */
  static final String PASSWORD_VARIABLE = "NUDGE_CLICKHOUSE_PASSWORD";

  static final ConfigOption<String> CLICKHOUSE_URL =
      ConfigOptions.key("clickhouse.url")
          .stringType()
          .noDefaultValue()
          .withDescription("https://host:port, or jdbc:clickhouse://host:port.");

  static final ConfigOption<String> CLICKHOUSE_USER =
      ConfigOptions.key("clickhouse.user")
          .stringType()
          .defaultValue("default")
          .withDescription("Who writes the tables.");

  static final ConfigOption<String> CLICKHOUSE_PASSWORD_FILE =
      ConfigOptions.key("clickhouse.password-file")
          .stringType()
          .noDefaultValue()
          .withDescription("A file with the password; else the environment's " + PASSWORD_VARIABLE);

  static final ConfigOption<String> CLICKHOUSE_CA_CERTIFICATE_FILE =
      ConfigOptions.key("clickhouse.ca-certificate-file")
          .stringType()
          .noDefaultValue()
          .withDescription("Vouches for the server's certificate, in PEM; else Java's own list.");

  /** Every key of this room. */
  public static final List<ConfigOption<?>> OPTIONS =
      List.of(
          CLICKHOUSE_URL,
          CLICKHOUSE_USER,
          CLICKHOUSE_PASSWORD_FILE,
          CLICKHOUSE_CA_CERTIFICATE_FILE);

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
    if (caCertificate != null) {
      checkCertificate(caCertificate, url);
    }
  }

  /** A connection without encryption, or to a server whose certificate Java trusts. */
  public ClickHouseConfig(String url, String user, String password) {
    this(url, user, password, null);
  }

  private static void checkCertificate(String file, String url) {
    if (!url.startsWith(SCHEME + "https://") && !url.contains("ssl=true")) {
      throw new IllegalArgumentException(
          "clickhouse.ca-certificate-file: found %s, expected none for %s, which is not encrypted; or"
                  .formatted(file, url)
              + " an address like https://host:8443");
    }
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      if (CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
        throw new CertificateException("it is empty");
      }
    } catch (IOException | CertificateException e) {
      throw new IllegalArgumentException(
          "clickhouse.ca-certificate-file: found %s (%s), expected a file with a certificate in PEM"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /**
   * Reads the room's keys.
   *
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   * @throws IOException if the password's file can't be read
   */
  public static ClickHouseConfig from(Configuration config, Map<String, String> environment)
      throws IOException {
    return new ClickHouseConfig(
        JobArguments.required(config, CLICKHOUSE_URL),
        config.get(CLICKHOUSE_USER),
        password(config, environment),
        config.get(CLICKHOUSE_CA_CERTIFICATE_FILE));
  }

  private static String password(Configuration config, Map<String, String> environment)
      throws IOException {
    String file = config.get(CLICKHOUSE_PASSWORD_FILE);
    if (file == null) {
      return environment.getOrDefault(PASSWORD_VARIABLE, "");
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw JobArguments.unreadable(CLICKHOUSE_PASSWORD_FILE.key(), file, e);
    }
  }

  /** Who connects and whom they trust, as the driver's properties. */
  public Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    if (caCertificate != null) {
      properties.setProperty("sslrootcert", caCertificate);
    }
    return properties;
  }

  /** Without the password, which must not reach a log. */
  @Override
  public String toString() {
    return "ClickHouseConfig[url=%s, user=%s]".formatted(url, user);
  }
}
