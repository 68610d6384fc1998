package dev.nudge.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.event.Topic;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class ReplayLinesTest {

  private static final long BASE = Instant.parse("2026-01-05T09:00:00Z").toEpochMilli();

  @Test
  void filesBecomeOneSequenceByTimeThenTopic() throws Exception {
    List<ReplayLine> lines =
        read(
            source(Topic.CLICKSTREAM, click("anna", BASE), click("bert", BASE + 2)),
            source(Topic.ORDERS, order("anna", BASE), order("anna", BASE + 1)));

    assertThat(lines).extracting(ReplayLine::number).containsExactly(1L, 2L, 3L, 4L);
    assertThat(lines)
        .extracting(ReplayLine::topic)
        .containsExactly(Topic.ORDERS, Topic.CLICKSTREAM, Topic.ORDERS, Topic.CLICKSTREAM);
    assertThat(lines)
        .extracting(ReplayLine::atMillis)
        .containsExactly(BASE, BASE, BASE + 1, BASE + 2);
  }

  @Test
  void customerIsTheKeyAndKafkaChoosesThePartition() throws Exception {
    ReplayLine line = read(source(Topic.CLICKSTREAM, click("anna", BASE))).get(0);

    assertThat(new String(line.key(), UTF_8)).isEqualTo("acme|anna");
    assertThat(line.partition(7)).isEqualTo(BuiltInPartitioner.partitionForKey(line.key(), 7));
  }

  @Test
  void unusableLinesKeepTheirBytesAndMoveNoClock() throws Exception {
    String seconds = click("anna", BASE / 1000);
    String farAhead = click("anna", Instant.parse("2100-01-01T00:00:00Z").toEpochMilli());
    String earlier = click("anna", BASE - 5);
    String local = "{\"timestamp\":\"2026-01-05 10:00\",\"tenant\":\"acme\"}";

    List<ReplayLine> lines =
        read(
            source(
                Topic.CLICKSTREAM,
                "no JSON",
                click("anna", BASE),
                "",
                seconds,
                farAhead,
                earlier,
                local,
                "[]",
                "{\"timestamp\":{}}"));

    assertThat(lines)
        .extracting(ReplayLine::atMillis)
        .containsExactly(0L, BASE, BASE, BASE, BASE, BASE, BASE, BASE);
    assertThat(lines.get(0).key()).isNull();
    assertThat(lines.get(0).partition(3)).isBetween(0, 2);
    assertThat(lines.get(5).value()).asString(UTF_8).isEqualTo(local);
  }

  @Test
  void bytesThatAreNoUtf8ArriveUnchanged() throws Exception {
    byte[] bytes = {'{', (byte) 0xff, (byte) 0x85, (byte) 0xc3, '}'};

    ReplayLine line =
        read(new ReplaySource(Topic.ORDERS, "bytes", () -> new ByteArrayInputStream(bytes))).get(0);

    assertThat(line.value()).isEqualTo(bytes);
  }

  @Test
  void everyTimeThatIngestTakesMovesTheClockAndHasItsCustomer() throws Exception {
    List<ReplayLine> lines =
        read(
            source(
                Topic.CLICKSTREAM,
                clickAt("anna", "\"2026-01-05T17:00:00.000+08:00\""),
                clickAt("anna", "\"2026-01-05T17:00:01+0800\""),
                clickAt("anna", "\"2026-01-05T17:00:02+08\""),
                clickAt("anna", "\"2026-01-05t09:00:03z\""),
                click("anna", BASE + 4_000)));

    assertThat(lines)
        .extracting(ReplayLine::atMillis)
        .containsExactly(BASE, BASE + 1_000, BASE + 2_000, BASE + 3_000, BASE + 4_000);
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.key()).asString(UTF_8).isEqualTo("acme|anna"));
  }

  @Test
  void deadLetterHasNeitherKeyNorTime() throws Exception {
    String noMessageId =
        "{\"tenant\":\"acme\",\"customerId\":\"anna\",\"event\":\"a\",\"timestamp\":%d}";

    List<ReplayLine> lines =
        read(
            source(
                Topic.CLICKSTREAM, click("bert", BASE), noMessageId.formatted(BASE + 86_400_000)));

    assertThat(lines.get(1).key()).isNull();
    assertThat(lines.get(1).atMillis()).isEqualTo(BASE);
  }

  @Test
  void timeInAFileMovesTheClockOfItsFile() throws Exception {
    List<ReplayLine> lines =
        read(
            source(
                Topic.CLICKSTREAM,
                click("anna", BASE),
                "{\"event\":\"$time\",\"timestamp\":\"2026-01-05T18:00:00+0800\"}"));

    assertThat(lines.get(1).key()).isNull();
    assertThat(lines.get(1).atMillis()).isEqualTo(BASE + 3_600_000);
  }

  @Test
  void realFilesComeSortedAndWhole() throws Exception {
    List<ReplaySource> sources =
        List.of(
            ReplaySource.resource(Topic.CLICKSTREAM, "data/rees46-clickstream.jsonl.gz"),
            ReplaySource.resource(Topic.ORDERS, "data/rees46-orders.jsonl.gz"));

    List<ReplayLine> lines = read(sources.toArray(ReplaySource[]::new));

    assertThat(lines).hasSize(17_220 + 214);
    assertThat(lines).extracting(ReplayLine::atMillis).isSorted();
    ReplayLines.Summary summary = ReplayLines.summarise(sources);
    assertThat(summary.total()).isEqualTo(lines.size());
    assertThat(summary.lastMillis()).isEqualTo(lines.get(lines.size() - 1).atMillis());
    assertThat(ReplayLines.summarise(sources)).isEqualTo(summary);
    assertThat(ReplayLines.summarise(sources.subList(0, 1)).fingerprint())
        .isNotEqualTo(summary.fingerprint());
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(
            () -> ReplayLines.open(List.of(ReplaySource.resource(Topic.ORDERS, "sample/none"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sample/none");
    assertThatThrownBy(
            () -> ReplayLines.open(List.of(ReplaySource.file(Topic.ORDERS, Path.of("none.gz")))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.gz");
  }

  @Test
  void progressIsALine() {
    assertThat(new ReplayProgress(5_321, 22_186, BASE, false, 118.7).line())
        .isEqualTo("Replay 2026-01-05 09:00 UTC, 5,321 of 22,186 lines (23 %), 119 lines/s");
    assertThat(new ReplayProgress(0, -1, 0, false, 0).line())
        .isEqualTo("Replay: reading the files");
    assertThat(new ReplayProgress(0, 0, 0, true, 0).line()).endsWith("(100 %), done");
  }

  private static List<ReplayLine> read(ReplaySource... sources) throws IOException {
    List<ReplayLine> all = new ArrayList<>();
    try (ReplayLines lines = ReplayLines.open(Arrays.asList(sources))) {
      for (ReplayLine line = lines.next(); line != null; line = lines.next()) {
        all.add(line);
      }
    }
    return all;
  }

  private static ReplaySource source(Topic topic, String... lines) {
    byte[] bytes = String.join("\n", lines).getBytes(UTF_8);
    return new ReplaySource(topic, "lines", () -> new ByteArrayInputStream(bytes));
  }

  private static String click(String customer, long atMillis) {
    return clickAt(customer, Long.toString(atMillis));
  }

  private static String clickAt(String customer, String timestamp) {
    return """
        {"messageId":"m","tenant":"acme","customerId":"%s","timestamp":%s,"event":"Product Viewed"}"""
        .formatted(customer, timestamp);
  }

  private static String order(String customer, long atMillis) {
    return """
        {"messageId":"m","tenant":"acme","customerId":"%s","timestamp":%d,"orderId":"o",\
        "status":"PAID","currency":"EUR","amount":"9.99"}"""
        .formatted(customer, atMillis);
  }
}
