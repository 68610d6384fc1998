package dev.nudge.clickhouse;

import static java.util.Objects.requireNonNullElse;

import com.clickhouse.jdbc.Driver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the database {@code nudge} to the schema that this program writes.
 *
 * <p>The schema is the files {@code clickhouse/V###__name.sql} of the classpath, in the order of
 * their numbers. What was applied stands, with a checksum, in {@code nudge.schema_migrations}; an
 * applied file is never applied again and must never change: a correction is a new file. Every
 * statement is idempotent ({@code IF NOT EXISTS}), so a run that died half-way is repeated, and two
 * runs at once do no harm: both reach the same tables and record the same checksums.
 *
 * <p>A database with more migrations than this program knows is left as it is: that is an older
 * program beside a newer one during a deployment.
 */
public final class Migrations {

  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
  private static final Pattern FILE = Pattern.compile("V(\\d{3})__\\w+\\.sql");
  private static final long RETRY_MILLIS = 250;

  /** A file of the schema; number and text. */
  record Migration(String file, String sql) {

    int number() {
      Matcher matcher = FILE.matcher(file);
      if (!matcher.matches()) {
        throw new IllegalStateException(
            "clickhouse/%s: expected a name like V001__lifecycle.sql".formatted(file));
      }
      return Integer.parseInt(matcher.group(1));
    }

    /** SHA-256 of the text; line ends of a checkout on another system make no difference. */
    String checksum() {
      try {
        byte[] text = sql.replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("Every Java has SHA-256", e);
      }
    }
  }

  private Migrations() {}

  /**
   * Applies what is missing.
   *
   * @param config where
   * @param patience how long to wait for a ClickHouse that does not answer yet
   * @return the files applied by this call, in order; empty if the schema was there
   * @throws SQLException if ClickHouse refuses the user or a statement, with the file in the
   *     message, or does not answer in time
   * @throws IllegalStateException if an applied file has changed
   */
  public static List<String> apply(ClickHouseConfig config, Duration patience) throws SQLException {
    return apply(config, patience, files());
  }

  static List<String> apply(ClickHouseConfig config, Duration patience, List<Migration> migrations)
      throws SQLException {
    try (Connection connection = connect(config, patience);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE IF NOT EXISTS nudge");
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS nudge.schema_migrations
          (
              number UInt32,
              file String,
              checksum String,
              applied_at DateTime DEFAULT now()
          )
          ENGINE = ReplacingMergeTree ORDER BY number
          """);
      Map<Integer, String> applied = applied(statement);
      List<String> now = new ArrayList<>();
      for (Migration migration : inOrder(migrations)) {
        String checksum = applied.get(migration.number());
        if (checksum == null) {
          apply(connection, statement, migration);
          now.add(migration.file());
        } else if (!checksum.equals(migration.checksum())) {
          throw new IllegalStateException(
              ("clickhouse/%s has changed since it was applied. Restore it and put the change into"
                      + " a new file with the next number.")
                  .formatted(migration.file()));
        }
      }
      return now;
    }
  }

  /**
   * Connects to a ClickHouse that may still be starting.
   *
   * @param patience how long to try again while nothing answers; a refusal by ClickHouse itself,
   *     such as a wrong password, is final at once
   */
  static Connection connect(ClickHouseConfig config, Duration patience) throws SQLException {
    return connect(config, config.properties(), patience);
  }

  /** The same with further properties of the driver. */
  static Connection connect(ClickHouseConfig config, Properties properties, Duration patience)
      throws SQLException {
    // The database of the address may be the one that is made here, so it can't be used yet.
    properties.setProperty("database", "default");
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Connection connection = null;
      try {
        // Not by DriverManager, which knows no driver that came with a job's jar.
        connection = new Driver().connect(config.url(), properties);
        if (connection == null) {
          throw new SQLException("no address of ClickHouse");
        }
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT 1");
        }
        return connection;
      } catch (SQLException e) {
        if (connection != null) {
          connection.close();
        }
        SSLException untrusted = untrusted(e);
        if (untrusted != null || e.getErrorCode() > 0 || System.nanoTime() > deadline) {
          throw new SQLException(
              untrusted == null
                  ? "%s as user %s: %s".formatted(config.url(), config.user(), e.getMessage())
                  : "%s: clickhouse.ca-certificate-file: found %s, which does not vouch for the server (%s)"
                      .formatted(
                          config.url(),
                          requireNonNullElse(config.caCertificate(), "none, and Java's own list"),
                          untrusted.getMessage()),
              e.getSQLState(),
              e.getErrorCode(),
              e);
        }
        LOG.info("Waiting for ClickHouse at {}", config.url());
        pause();
      }
    }
  }

  /**
   * The fault of certificates behind a failure, which waiting does not mend; null if there is none.
   */
  private static SSLException untrusted(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLHandshakeException || cause instanceof SSLPeerUnverifiedException) {
        return (SSLException) cause;
      }
    }
    return null;
  }

  private static void pause() throws SQLException {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("Interrupted while waiting for ClickHouse", e);
    }
  }

  private static Map<Integer, String> applied(Statement statement) throws SQLException {
    Map<Integer, String> applied = new HashMap<>();
    try (ResultSet rows =
        statement.executeQuery("SELECT number, checksum FROM nudge.schema_migrations FINAL")) {
      while (rows.next()) {
        applied.put(rows.getInt(1), rows.getString(2));
      }
    }
    return applied;
  }

  private static void apply(Connection connection, Statement statement, Migration migration)
      throws SQLException {
    for (String sql : SqlTokens.statements(migration.sql())) {
      try {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new SQLException(
            "clickhouse/%s: %s%n%s".formatted(migration.file(), e.getMessage(), sql),
            e.getSQLState(),
            e.getErrorCode(),
            e);
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO nudge.schema_migrations (number, file, checksum) VALUES (?, ?, ?)")) {
      insert.setInt(1, migration.number());
      insert.setString(2, migration.file());
      insert.setString(3, migration.checksum());
      insert.executeUpdate();
    }
    LOG.info("Applied clickhouse/{}", migration.file());
  }

  private static List<Migration> inOrder(List<Migration> migrations) {
    List<Migration> sorted =
        migrations.stream().sorted(Comparator.comparingInt(Migration::number)).toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).number() == sorted.get(i - 1).number()) {
        throw new IllegalStateException(
            "clickhouse/%s and clickhouse/%s have the same number"
                .formatted(sorted.get(i - 1).file(), sorted.get(i).file()));
      }
    }
    return sorted;
  }

  /** The files beside this class: in its jar, or in a folder of classes while Nudge is built. */
  static List<Migration> files() {
    try {
      Path home =
          Path.of(Migrations.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(home)) {
        return read(home.resolve("clickhouse"));
      }
      try (FileSystem jar = FileSystems.newFileSystem(home)) {
        return read(jar.getPath("clickhouse"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The SQL files of the schema can't be read", e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("A code source is a file", e);
    }
  }

  private static List<Migration> read(Path folder) throws IOException {
    List<Migration> migrations = new ArrayList<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String file = path.getFileName().toString();
        if (file.endsWith(".sql")) {
          migrations.add(new Migration(file, Files.readString(path)));
        }
      }
    }
    return migrations;
  }
}
