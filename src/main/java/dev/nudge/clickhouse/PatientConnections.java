package dev.nudge.clickhouse;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of a sink that waits for ClickHouse when it is away, instead of failing its job: what
 * comes meanwhile is held back by backpressure, and nothing is read twice.
 */
final class PatientConnections implements JdbcConnectionProvider {
  /** How long ClickHouse may be away; then the job fails and its restart strategy has its turn. */
  static final Duration PATIENCE = Duration.ofMinutes(8);

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(PatientConnections.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int VALID_WITHIN_SECONDS = 5;

  private final SimpleJdbcConnectionProvider connections;
  private final String url;

  PatientConnections(JdbcConnectionOptions options) {
    this.connections = new SimpleJdbcConnectionProvider(options);
    this.url = options.getDbURL();
  }

  @Override
  public Connection getConnection() {
    return connections.getConnection();
  }

  @Override
  public boolean isConnectionValid() throws SQLException {
    return connections.isConnectionValid();
  }

  @Override
  public Connection getOrEstablishConnection() throws SQLException, ClassNotFoundException {
    return connections.isConnectionValid() ? connections.getConnection() : reestablishConnection();
  }

  @Override
  public Connection reestablishConnection() throws SQLException, ClassNotFoundException {
    RetryPolicy<Connection> patience =
        RetryPolicy.<Connection>builder()
            .handle(SQLException.class)
            .withBackoff(FIRST_PAUSE, LONGEST_PAUSE)
            .withMaxRetries(-1)
            .withMaxDuration(PATIENCE)
            .onRetryScheduled(
                again ->
                    LOG.warn(
                        "ClickHouse at {} does not answer ({}); asked again in {} ms",
                        url,
                        again.getLastException() == null
                            ? ""
                            : again.getLastException().getMessage(),
                        again.getDelay().toMillis()))
            .build();
    try {
      return Failsafe.with(patience).get(this::connect);
    } catch (FailsafeException e) {
      if (e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new SQLException("ClickHouse at " + url + " does not answer", e.getCause());
    }
  }

  /** The driver connects when it must, so that a connection alone says nothing. */
  private Connection connect() throws SQLException, ClassNotFoundException {
    connections.closeConnection();
    Connection connection = connections.reestablishConnection();
    if (!connection.isValid(VALID_WITHIN_SECONDS)) {
      throw new SQLException("no connection, or no answer within " + VALID_WITHIN_SECONDS + " s");
    }
    return connection;
  }

  @Override
  public void closeConnection() {
    connections.closeConnection();
  }

  @Override
  public void close() {
    closeConnection();
  }
}
