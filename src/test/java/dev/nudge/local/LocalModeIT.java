package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.Topic;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.Rehearsal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Local mode as people meet it: a process that is started, killed and started again. */
class LocalModeIT {
  private static final String SAMPLE = "/sample/online-retail-orders.jsonl.gz";
  private static final String EXPECTED = "/data/expected/online-retail-stage-changes.jsonl.gz";
  private static final long SAMPLE_ENDS = Instant.parse("2011-12-09T12:50:00Z").toEpochMilli();
  private static final int ORDERS = 22_186;
  private static final int CHANGES = 24_658;
  private static final int PARTITIONS = 3;

  /** A year in about fifteen seconds. */
  private static final String FAST = "2200000";

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  void killedInTheMiddleAndStartedAgainItEndsWithTheSameTable() throws Exception {
    try (LocalProcess first = LocalProcess.local(directory, "--speed", FAST).ready()) {
      assertThat(first.said()).contains("Nudge has started afresh");
      first.await("in the middle", () -> changes(first) > 3_000 && hasCheckpoint());
      assertThat(changes(first)).isLessThan(CHANGES);
      first.kill();
      first.exitCode();
    }
    try (LocalProcess second = LocalProcess.local(directory, "--speed", FAST).ready()) {
      assertThat(second.said()).contains("Nudge goes on from the newest checkpoint");
      awaitEnd(second);

      assertSame(table(second), expected());
      assertThat(ordersOnTheTopic(second.kafka())).hasSize(ORDERS).doesNotHaveDuplicates();
    }
  }

  @Test
  void policyAppliedFromTheCommandLineHoldsForTheReplay() throws Exception {
    Path policy =
        Files.writeString(
            directory.resolve("policy.yaml"),
            "{kind: policy, tenant: online-retail, lifecycle: {dormantDays: 60, lostDays: 180}}");
    Path data = directory.resolve("data");
    try (LocalProcess slow = LocalProcess.local(data, "--speed", "1").ready()) {
      try (LocalProcess apply =
          LocalProcess.run(
              "policy",
              "apply",
              policy.toString(),
              "--at",
              "2010-01-01T00:00:00Z",
              "--kafka",
              slow.kafka().bootstrapServers())) {
        assertThat(apply.exitCode()).as(apply.said()).isZero();
        assertThat(apply.said())
            .contains("online-retail: version 1, holds from 2010-01-01T00:00:00Z");
      }
      slow.stop();
      slow.exitCode();
      assertThat(slow.said()).doesNotContain("Exception");
    }
    try (LocalProcess fast = LocalProcess.local(data, "--speed", "unlimited").ready()) {
      awaitEnd(fast);

      assertThat(changes(fast)).isNotEqualTo(CHANGES);
      assertSame(table(fast), rehearsed(policy));
    }
  }

  @Test
  void endsWithItsParentAndKeepsItsDirectoryClockAndServersToItself() throws Exception {
    try (LocalProcess local = LocalProcess.localInShell(directory, "--data", "none").ready()) {
      List<Integer> ports = local.ports();
      assertThat(ports).hasSize(4);
      assertThat(local.ask("/api/clock")).contains("\"kind\":\"WALL\"");
      try (LocalProcess other = LocalProcess.local(directory, "--fresh")) {
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.said()).contains(directory.toString(), "another local mode", "--dir");
      }
      assertThat(local.query("SELECT 1")).isEqualTo("1");

      local.kill();

      assertThat(local.silent()).succeedsWithin(30, TimeUnit.SECONDS);
      assertThat(ports).allSatisfy(LocalModeIT::assertFree);
    }
    try (LocalProcess replay = LocalProcess.local(directory)) {
      assertThat(replay.exitCode()).isEqualTo(1);
      assertThat(replay.said()).contains("that of the wall clock", "--fresh");
    }
    try (LocalProcess elsewhere =
        LocalProcess.local(directory, "--data", "none", "--kafka", "127.0.0.1:9")) {
      assertThat(elsewhere.exitCode()).isEqualTo(1);
      assertThat(elsewhere.said()).contains("found 127.0.0.1:9, expected embedded", "--fresh");
    }
  }

  @Test
  void freshStartsOverInItsOwnFoldersAndADeadBrokerEndsItAll() throws Exception {
    List<Path> kept = List.of(directory.resolve("notes.txt"), directory.resolve("native/library"));
    List<Path> left =
        Stream.of(
                "kafka/log/meta.properties",
                "clickhouse/uuid",
                "flink/checkpoints/a/chk-1/_metadata",
                "flink/started-with.properties")
            .map(directory::resolve)
            .toList();
    for (Path file : Stream.concat(kept.stream(), left.stream()).toList()) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "left behind");
    }
    try (LocalProcess local = LocalProcess.local(directory, "--fresh", "--data", "none").ready()) {
      assertThat(local.said()).contains("Nudge has started afresh");
      assertThat(changes(local)).isZero();
      assertThat(kept).allSatisfy(file -> assertThat(file).hasContent("left behind"));
      assertThat(left.get(2)).doesNotExist();

      Files.move(directory.resolve("kafka/log"), directory.resolve("kafka/gone"));
      try (Admin admin = Admin.create(local.kafka().toProperties())) {
        // The broker notices when it next makes a directory.
        admin.createTopics(List.of(new NewTopic("another", 1, (short) 1)));
        assertThat(local.exitCode()).isEqualTo(1);
      }
      assertThat(local.said()).contains("Kafka has ended: ", "start it again");
    }
  }

  @ParameterizedTest
  @CsvSource({"console, the console", "clickhouse, ClickHouse", "kafka, Kafka", "flink, Flink"})
  void takenPortIsNamedBeforeAnythingIsStarted(String option, String part) throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String port = Integer.toString(taken.getLocalPort());
      try (LocalProcess local = LocalProcess.local(directory, "--" + option + "-port", port)) {
        assertThat(local.exitCode()).isEqualTo(1);
        assertThat(local.said().lines())
            .singleElement()
            .asString()
            .contains("Port " + port + " ", "for " + part, "--" + option + "-port");
      }
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void unusableNumberIsRefusedWithItsOption() throws Exception {
    try (LocalProcess local = LocalProcess.local(directory, "--kafka-port", "70000")) {
      assertThat(local.exitCode()).isEqualTo(2);
      assertThat(local.said()).contains("--kafka-port: found 70000, expected 0 to 65535");
    }
  }

  private boolean hasCheckpoint() {
    try {
      return LocalFlink.newestCheckpoint(directory.resolve("flink/checkpoints")).isPresent();
    } catch (IOException | UncheckedIOException e) {
      // A checkpoint that is replaced goes while it is looked at.
      return false;
    }
  }

  /** Every moment is a stage change or an anomaly. */
  private static int rows(LocalProcess local) {
    return changes(local)
        + Integer.parseInt(local.query("SELECT count() FROM nudge.anomalies FINAL"));
  }

  private static int changes(LocalProcess local) {
    return Integer.parseInt(local.query("SELECT count() FROM nudge.stage_changes FINAL"));
  }

  /** The replay has sent all, Engage has said that it is through, and its rows are there. */
  private static void awaitEnd(LocalProcess local) {
    local.await("replayed", () -> local.ask("/api/clock").contains("\"done\":true"));
    local.await("through", () -> toldMillis(local.kafka()) >= SAMPLE_ENDS);
    int moments = moments(local.kafka());
    local.await("written, all " + moments, () -> rows(local) >= moments);
  }

  /** Up to when the moments topic is complete, as the last record of each partition says. */
  private static long toldMillis(KafkaConfig kafka) {
    long least = Long.MAX_VALUE;
    for (int partition = 0; partition < PARTITIONS; partition++) {
      ConsumerRecord<byte[], byte[]> last =
          Records.last(kafka, new TopicPartition(kafka.topicPrefix() + "moments", partition));
      least = Math.min(least, last == null ? 0 : TimeRecord.read(last.value()).orElse(0));
    }
    return least;
  }

  /** How many different moments there are; a restart sends some of them twice. */
  private static int moments(KafkaConfig kafka) {
    Set<String> ids = new HashSet<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      for (ConsumerRecord<byte[], byte[]> record : records(kafka, "moments", partition)) {
        if (TimeRecord.read(record.value()).isEmpty()) {
          ids.add(json(record.value()).get("id").asText());
        }
      }
    }
    return ids.size();
  }

  private static List<String> ordersOnTheTopic(KafkaConfig kafka) {
    List<String> orders = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      records(kafka, "orders", partition).stream()
          .filter(record -> TimeRecord.read(record.value()).isEmpty())
          .map(Records::text)
          .forEach(orders::add);
    }
    return orders;
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(
      KafkaConfig kafka, String topic, int partition) {
    return Records.of(kafka, new TopicPartition(kafka.topicPrefix() + topic, partition));
  }

  private static void assertSame(Set<String> rows, Set<String> expected) {
    assertThat(minus(rows, expected)).as("rows that should not be there").isEmpty();
    assertThat(minus(expected, rows)).as("rows that are missing").isEmpty();
  }

  private static Set<String> minus(Set<String> some, Set<String> others) {
    Set<String> rest = new TreeSet<>(some);
    rest.removeAll(others);
    return rest;
  }

  /** Rows of the table, each as a line. */
  private static Set<String> table(LocalProcess local) {
    List<String> rows =
        local
            .query(
                """
                SELECT tenant, customer_id, ifNull(`from`, ''), `to`, toUnixTimestamp64Milli(at), \
                life, order_count FROM nudge.stage_changes FINAL""")
            .lines()
            .toList();
    assertThat(rows).doesNotHaveDuplicates();
    return new TreeSet<>(rows);
  }

  /** The same of JSON lines. */
  private static Set<String> rows(InputStream lines) throws IOException {
    Set<String> rows = new TreeSet<>();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(lines, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode change = JSON.readTree(line);
        rows.add(
            String.join(
                "\t",
                change.get("tenant").asText(),
                change.get("customerId").asText(),
                change.get("from").isNull() ? "" : change.get("from").asText(),
                change.get("to").asText(),
                Long.toString(Instant.parse(change.get("at").asText()).toEpochMilli()),
                change.get("life").asText(),
                change.get("orderCount").asText()));
      }
    }
    return rows;
  }

  private static Set<String> expected() throws IOException {
    try (InputStream file = LocalModeIT.class.getResourceAsStream(EXPECTED)) {
      Set<String> rows = rows(new GZIPInputStream(file));
      assertThat(rows).hasSize(CHANGES);
      return rows;
    }
  }

  /** What a rehearsal with that policy says. */
  private Set<String> rehearsed(Path policy) throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read(policy);
    Path sample = Path.of(LocalModeIT.class.getResource(SAMPLE).toURI());
    Path out = directory.resolve("rehearsed");
    new Rehearsal(
            List.of(new InputFile(Topic.ORDERS, sample.toString())),
            reader.policies(),
            reader.rules(),
            null,
            2,
            out)
        .run((done, total) -> {});
    return rows(Files.newInputStream(out.resolve("stage_changes.jsonl")));
  }

  private static void assertFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new AssertionError("Port " + port + " is not free", e);
    }
  }

  private static JsonNode json(byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
