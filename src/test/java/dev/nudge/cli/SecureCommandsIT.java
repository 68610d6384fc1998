package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.TestCertificate;
import dev.nudge.local.SecureBroker;
import dev.nudge.local.TlsClickHouse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands against a broker and a database that speak TLS only and want a password. */
class SecureCommandsIT {
  @TempDir static Path directory;
  private static TestCertificate certificate;
  private static SecureBroker broker;
  private static TlsClickHouse clickHouse;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    certificate = TestCertificate.in(directory.resolve("tls"));
    broker = SecureBroker.start(directory.resolve("kafka"), certificate);
    clickHouse = TlsClickHouse.start(directory.resolve("clickhouse"), certificate);
  }

  @AfterAll
  static void stop() {
    if (clickHouse != null) {
      clickHouse.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void topicsAreMadeAndAPolicyIsPublishedWithPropertiesFromAFile() throws Exception {
    Path properties = properties(SecureBroker.PASSWORD);
    assertThat(run(new TopicsCommand(), properties, "--partitions", "1", "--replication", "1"))
        .as(err.toString())
        .isZero();
    Path policy = Files.writeString(directory.resolve("p.yaml"), "kind: policy\ntenant: acme\n");

    assertThat(run(new PolicyCommand(Deployment.ON_KAFKA), properties, "apply", policy.toString()))
        .as(err.toString())
        .isZero();
    assertThat(run(new PolicyCommand(Deployment.ON_KAFKA), properties, "list")).isZero();

    assertThat(out.toString()).contains("nudge.orders: 1 partitions", "acme", "version 1");

    Path password =
        Files.writeString(directory.resolve("clickhouse-password"), TlsClickHouse.PASSWORD);
    assertThat(
            run(
                new EraseCommand(),
                properties,
                "--clickhouse=" + clickHouse.url(),
                "--clickhouse-user=" + TlsClickHouse.USER,
                "--clickhouse-password-file=" + password,
                "--clickhouse-ca-certificate=" + certificate.certificate()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("0 customers are erased");
  }

  @Test
  void wrongPasswordIsRefusedByTheNameOfItsKeyAndNotTold() throws Exception {
    Path properties = properties("wrong-password");

    assertThat(run(new TopicsCommand(), properties)).isOne();
    assertThat(run(new PolicyCommand(Deployment.ON_KAFKA), properties, "list")).isOne();

    assertThat(err.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("client properties: sasl.jaas.config"))
        .noneMatch(line -> line.contains("wrong-password"));
  }

  @Test
  void tablesAreMadeOverTlsAndWithoutTheCertificateItsKeyIsNamed() throws Exception {
    Path password =
        Files.writeString(directory.resolve("clickhouse-password"), TlsClickHouse.PASSWORD);
    String[] signOn = {
      "--clickhouse=" + clickHouse.url(),
      "--clickhouse-user=" + TlsClickHouse.USER,
      "--clickhouse-password-file=" + password
    };
    CommandLine tables = new CommandLine(new TablesCommand());
    tables.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));

    assertThat(tables.execute(signOn)).isOne();
    assertThat(err.toString())
        .contains("clickhouse.ca-certificate-file")
        .doesNotContain(TlsClickHouse.PASSWORD);

    tables = new CommandLine(new TablesCommand());
    tables.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
    assertThat(
            tables.execute(
                signOn[0],
                signOn[1],
                signOn[2],
                "--clickhouse-ca-certificate=" + certificate.certificate()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("Applied V001__");
  }

  private static Path properties(String password) throws Exception {
    return SecureBroker.clientProperties(
        directory.resolve("client.properties"), password, certificate.certificate());
  }

  private int run(Object command, Path properties, String... more) {
    CommandLine line = new CommandLine(command);
    line.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
    String[] arguments = Arrays.copyOf(more, more.length + 2);
    arguments[more.length] = "--kafka=" + broker.bootstrapServers();
    arguments[more.length + 1] = "--kafka-properties=" + properties;
    return line.execute(arguments);
  }
}
