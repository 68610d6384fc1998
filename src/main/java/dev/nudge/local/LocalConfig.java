package dev.nudge.local;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How local mode is to run.
 *
 * @param directory where everything that outlives a start stands
 * @param fresh whether to delete that first
 * @param consolePort the console's port on 127.0.0.1; 0 for any free one, as with the other ports
 * @param clickHousePort the embedded ClickHouse's
 * @param kafkaPort the embedded broker's
 * @param flinkPort Flink's REST and web page
 * @param externalKafka {@code host:port} of a broker to use instead of the embedded one, or null
 * @param externalClickHouse a JDBC address to use instead of the embedded engine, or null
 * @param shop whose events it is about
 * @param speed how fast
 * @param parallelism subtasks of the jobs
 * @param showProgress whether a progress line is wanted though no terminal was found
 */
public record LocalConfig(
    Path directory,
    boolean fresh,
    int consolePort,
    int clickHousePort,
    int kafkaPort,
    int flinkPort,
    String externalKafka,
    String externalClickHouse,
    LocalShop shop,
    Speed speed,
    int parallelism,
    boolean showProgress) {

  private static final int MAX_PORT = 65_535;
  private static final int MAX_PARALLELISM = 128;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException with key, value and expectation, if one is unusable
   */
  public LocalConfig {
    Objects.requireNonNull(shop, "shop");
    checkPort("console-port", consolePort);
    checkPort("clickhouse-port", clickHousePort);
    checkPort("kafka-port", kafkaPort);
    checkPort("flink-port", flinkPort);
    if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
      throw new IllegalArgumentException(
          "parallelism: found %d, expected 1 to %d".formatted(parallelism, MAX_PARALLELISM));
    }
  }

  private static void checkPort(String key, int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "%s: found %d, expected 0 to %d".formatted(key, port, MAX_PORT));
    }
  }
}
