package dev.nudge.console;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What the console needs to know.
 *
 * <p>Without tokens the console is open to whoever reaches it, so it listens on the loopback
 * interface unless told otherwise. Elsewhere give it tokens, put a proxy with TLS in front and name
 * that in {@code hostNames}.
 *
 * @param host the interface to listen on
 * @param port the port, 0 for any free one
 * @param clickHouse the database, and a user that may read it
 * @param flinkRest where Flink's REST interface answers, null if there is none: then the page shows
 *     no job
 * @param clock the deployment's clock; called from several threads, about once a second
 * @param hostNames names under which browsers may call the console, beside those of the loopback
 *     interface; any other {@code Host} is refused, which stops DNS rebinding
 * @param maxViewers event streams at a time; the next one is refused
 * @param tokens who may see what; {@link ConsoleTokens#NONE} if everybody may see everything
 * @param controls what is needed to change anything; null if the console only reads
 */
public record ConsoleConfig(
    String host,
    int port,
    ClickHouseConfig clickHouse,
    URI flinkRest,
    Supplier<ClockReport> clock,
    Set<String> hostNames,
    int maxViewers,
    ConsoleTokens tokens,
    ConsoleControls controls) {

  /** The loopback interface. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  private static final Set<String> LOOPBACK = Set.of(DEFAULT_HOST, "localhost", "::1", "[::1]");

  /** Pages open at a time. */
  public static final int DEFAULT_MAX_VIEWERS = 64;

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException with key, value and expectation, if one is unusable
   */
  public ConsoleConfig {
    Objects.requireNonNull(clickHouse, "clickhouse");
    Objects.requireNonNull(clock, "console.clock");
    Objects.requireNonNull(tokens, "console.tokens");
    if (host == null || host.isBlank()) {
      throw new IllegalArgumentException("console.host is '" + host + "', not a host name");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("console.port is " + port + ", not in 0 to 65535");
    }
    if (maxViewers < 1) {
      throw new IllegalArgumentException(
          "console.max-viewers is " + maxViewers + ", not 1 or more");
    }
    hostNames = Set.copyOf(hostNames);
    // Whoever reaches a console without tokens may do what it can do.
    if (controls != null
        && !tokens.required()
        && !(LOOPBACK.contains(host) && hostNames.isEmpty())) {
      throw new IllegalArgumentException(
          "console.tokens: found none, expected some where others reach the console (console.host"
              + " is '"
              + host
              + "', other names "
              + new TreeSet<>(hostNames)
              + ") and it can change campaigns");
    }
  }

  /**
   * A console for this machine alone, with the wall clock and no Flink.
   *
   * @param port the port, 0 for any free one
   * @param clickHouse the database
   */
  public static ConsoleConfig local(int port, ClickHouseConfig clickHouse) {
    return new ConsoleConfig(
        DEFAULT_HOST,
        port,
        clickHouse,
        null,
        () -> ClockReport.wall(Instant.now()),
        Set.of(),
        DEFAULT_MAX_VIEWERS,
        ConsoleTokens.NONE,
        null);
  }

  /** The same with Flink's REST interface there. */
  public ConsoleConfig withFlinkRest(URI rest) {
    return new ConsoleConfig(
        host, port, clickHouse, rest, clock, hostNames, maxViewers, tokens, controls);
  }

  /** The same with that clock. */
  public ConsoleConfig withClock(Supplier<ClockReport> other) {
    return new ConsoleConfig(
        host, port, clickHouse, flinkRest, other, hostNames, maxViewers, tokens, controls);
  }

  /** The same with that many viewers. */
  public ConsoleConfig withMaxViewers(int viewers) {
    return new ConsoleConfig(
        host, port, clickHouse, flinkRest, clock, hostNames, viewers, tokens, controls);
  }

  /** The same for those who have one of these tokens. */
  public ConsoleConfig withTokens(ConsoleTokens others) {
    return new ConsoleConfig(
        host, port, clickHouse, flinkRest, clock, hostNames, maxViewers, others, controls);
  }

  /** The same that can change things. */
  public ConsoleConfig withControls(ConsoleControls others) {
    return new ConsoleConfig(
        host, port, clickHouse, flinkRest, clock, hostNames, maxViewers, tokens, others);
  }
}
