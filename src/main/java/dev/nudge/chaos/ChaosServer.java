package dev.nudge.chaos;

import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import dev.nudge.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A broker or a database as a process that can be killed.
 *
 * <pre>
 * java -cp … dev.nudge.chaos.ChaosServer kafka DIR PORT
 * java -cp … dev.nudge.chaos.ChaosServer clickhouse DIR PORT
 * </pre>
 */
final class ChaosServer {
  private ChaosServer() {}

  /** Serves until it is killed, or until whoever started it is gone. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    switch (arguments[0]) {
      case "kafka" -> EmbeddedKafka.start(directory, port);
      case "clickhouse" -> EmbeddedClickHouse.start(ChdbLibrary.locate(directory), directory, port);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    // The other end closes with its process, however that ends.
    while (System.in.read() >= 0) {}
    Runtime.getRuntime().halt(0);
  }
}
