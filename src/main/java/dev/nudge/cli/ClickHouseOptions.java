package dev.nudge.cli;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/**
 * Where ClickHouse is. The password comes from a file or the environment, never from an argument.
 */
final class ClickHouseOptions {
  @Option(
      names = "--clickhouse",
      required = true,
      paramLabel = "URL",
      description = "https://HOST:PORT, or jdbc:clickhouse://HOST:PORT")
  private String url;

  @Option(
      names = "--clickhouse-user",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Who signs on (default: ${DEFAULT-VALUE}).")
  private String user;

  @Option(
      names = "--clickhouse-password-file",
      paramLabel = "FILE",
      description = "Holds the password; else the environment's NUDGE_CLICKHOUSE_PASSWORD.")
  private Path passwordFile;

  @Option(
      names = "--clickhouse-ca-certificate",
      paramLabel = "FILE",
      description = "Vouches for the server's certificate, in PEM; else Java's own list does.")
  private Path caCertificate;

  ClickHouseConfig config() throws IOException {
    String password =
        passwordFile == null
            ? System.getenv().getOrDefault("NUDGE_CLICKHOUSE_PASSWORD", "")
            : Files.readString(passwordFile).strip();
    return new ClickHouseConfig(
        url, user, password, caCertificate == null ? null : caCertificate.toString());
  }
}
