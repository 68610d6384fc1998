package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.OnlineRetail;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.LifecyclePolicy;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RecoverTo;
import dev.nudge.detect.AnomalyOracle;
import dev.nudge.detect.LifecycleOracle;
import dev.nudge.event.Topic;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A year of real orders, rehearsed in every way that must not matter. */
class RehearsalIT {
  private static final List<String> RESULTS =
      List.of("moments.jsonl", "stage_changes.jsonl", "anomalies.jsonl");

  @TempDir private static Path folder;

  private static List<String> orders;

  /** The first orders of the year, for what need not be shown on all of it. */
  private static List<String> first;

  private static Path whole;
  private static Path part;

  /** The rehearsals that the others are compared with, on two subtasks. */
  @BeforeAll
  static void rehearseTheSample() throws Exception {
    orders = OnlineRetail.orders();
    first = orders.subList(0, 3_000);
    Rehearsal.Summary summary =
        rehearse("whole", gz("orders.jsonl.gz", orders), List.of(), null, 2);
    whole = folder.resolve("whole");
    assertThat(summary.records()).isEqualTo(22_186);
    assertThat(summary.skipped()).isZero();
    assertThat(summary.from()).isEqualTo("2010-12-01T08:26:00Z");
    assertThat(summary.until()).isEqualTo(OnlineRetail.UNTIL);
    rehearse("part", gz("first.jsonl.gz", first), List.of(), null, 2);
    part = folder.resolve("part");
  }

  @Test
  void stageChangesOfAYearAreExactlyTheExpectedOnes() throws IOException {
    assertThat(stageChanges(whole))
        .containsExactlyInAnyOrderElementsOf(OnlineRetail.expectedStageChanges());
    assertThat(Files.readString(whole.resolve("dead_letters.jsonl"))).isEmpty();
    assertThat(lines(whole, "moments.jsonl"))
        .hasSize(24_658 + lines(whole, "anomalies.jsonl").size());
  }

  @Test
  void anomaliesOfAYearAreExactlyTheExpectedOnes() throws IOException {
    List<String> expected = OnlineRetail.expectedAnomalies();
    assertThat(expected).hasSize(20_553);
    assertThat(fourKinds(whole)).isEqualTo(OnlineRetail.sorted(OnlineRetail.anomalies(expected)));
  }

  @Test
  void policyOfAHigherFactorChangesTheSpikesAsTheOracleSays() throws Exception {
    Path out = rehearseWith("factor", "anomalies: {SPEND_SPIKE: {factor: 2.0}}");
    AnomalyOracle oracle = new AnomalyOracle(new BigDecimal("2.0"), OnlineRetail.UNTIL);
    assertThat(fourKinds(out))
        .isEqualTo(OnlineRetail.sorted(oracle.rows(OnlineRetail.amounts())))
        .isNotEqualTo(fourKinds(whole));
  }

  @Test
  void policyThatSwitchesSpikesOffTakesThemAwayAndNothingElse() throws Exception {
    Path out = rehearseWith("off", "anomalies: {SPEND_SPIKE: {enabled: false}}");
    AnomalyOracle oracle = new AnomalyOracle(null, OnlineRetail.UNTIL);
    assertThat(fourKinds(out)).isEqualTo(OnlineRetail.sorted(oracle.rows(OnlineRetail.amounts())));
    assertThat(lines(out, "anomalies.jsonl"))
        .isEqualTo(
            lines(whole, "anomalies.jsonl").stream()
                .filter(row -> !text(row, "kind").equals("SPEND_SPIKE"))
                .toList());
  }

  private static Path rehearseWith(String name, String anomalies) throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("policy.yaml", ("kind: policy\n" + anomalies + "\n").getBytes(UTF_8));
    rehearse(name, gz(name + ".jsonl.gz", orders), reader.policies(), null, 2);
    return folder.resolve(name);
  }

  /** The kinds of which the expected rows are known. */
  private static List<AnomalyOracle.Row> fourKinds(Path out) throws IOException {
    return OnlineRetail.sorted(
        OnlineRetail.anomalies(
            lines(out, "anomalies.jsonl").stream()
                .filter(
                    row ->
                        Set.of("SPEND_SPIKE", "SPEND_DROP", "SLEEP_LINE", "OVERDUE")
                            .contains(text(row, "kind")))
                .toList()));
  }

  @Test
  void rowsStandByTimeThenTenantThenCustomerThenLine() throws IOException {
    assertThat(stageChanges(whole))
        .isSortedAccordingTo(
            Comparator.<String, Instant>comparing(row -> Instant.parse(text(row, "at")))
                .thenComparing(row -> text(row, "customerId"))
                .thenComparing(Comparator.naturalOrder()));
  }

  @Test
  void oneSubtaskAndFourWriteTheSameBytes() throws Exception {
    Path input = gz("parallel.jsonl.gz", first);
    rehearse("one", input, List.of(), null, 1);
    rehearse("four", input, List.of(), null, 4);
    expectSameResults("one");
    expectSameResults("four");
    expectSameReport("one");
    expectSameReport("four");
  }

  @Test
  void shuffledPlainInputGivesTheSameBytes() throws Exception {
    List<String> shuffled = new ArrayList<>(first);
    Collections.shuffle(shuffled, new Random(20260105));
    rehearse("shuffled", plain("shuffled.jsonl", shuffled, UTF_8), List.of(), null, 2);
    expectSameResults("shuffled");
    expectSameReport("shuffled");
  }

  @Test
  void malformedLinesAreDeadLettersAndAllOthersCount() throws Exception {
    List<String> malformed = malformed();
    assertThat(malformed).hasSize(60).doesNotHaveDuplicates();
    List<String> mixed = new ArrayList<>(first);
    Random random = new Random(60);
    malformed.forEach(line -> mixed.add(random.nextInt(mixed.size()), line));
    // Bytes as they are: some of the lines are no UTF-8.
    List<String> bytes = mixed.stream().map(RehearsalIT::latin).toList();
    Path input = plain("mixed.jsonl", bytes, ISO_8859_1);
    Rehearsal.Summary summary = rehearse("mixed", input, List.of(), null, 2);
    assertThat(summary.records()).isEqualTo(3_000 + 60);
    expectSameResults("mixed");
    List<String> letters = lines(folder.resolve("mixed"), "dead_letters.jsonl");
    assertThat(letters).hasSize(60).isSorted().allMatch(line -> line.contains("\"reason\":\""));
    assertThat(letters.stream().map(line -> Integer.parseInt(number(line, "offset"))))
        .containsExactlyInAnyOrderElementsOf(
            malformed.stream().map(line -> mixed.indexOf(line) + 1).toList());
    assertThat(letters.stream().map(line -> text(line, "reason")))
        .contains(
            "NOT_JSON",
            "FIELD_MISSING",
            "FIELD_MISTYPED",
            "AMOUNT_OUT_OF_RANGE",
            "TIMESTAMP_TOO_EARLY",
            "TIMESTAMP_TOO_LATE",
            "ID_TOO_LONG",
            "RECORD_TOO_LARGE");
  }

  @Test
  void thresholdsOfAPolicyGiveWhatTheOracleSays() throws Exception {
    Policy policy =
        new Policy(null, "UTC", null, new LifecyclePolicy(60, 180, 4, 7, RecoverTo.BY_COUNT));
    Rehearsal.Summary summary =
        rehearse("policy", gz("policy.jsonl.gz", orders), List.of(policy), null, 2);
    LifecycleOracle oracle = new LifecycleOracle(60, 180, 4, 7, summary.until());
    List<String> expected =
        oracle.changes(OnlineRetail.payments()).stream().map(OnlineRetail::row).toList();
    assertThat(stageChanges(folder.resolve("policy")))
        .isNotEqualTo(stageChanges(whole))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void timerExactlyAtTheEndFiresAndWhatComesAfterIsSkipped() throws Exception {
    // The first customer of the file is dormant 30 days after the last of that day's orders.
    List<String> dormant =
        OnlineRetail.expectedStageChanges().stream()
            .filter(row -> text(row, "to").equals("DORMANT"))
            .toList();
    Instant due = Instant.parse(text(dormant.get(200), "at"));
    for (Instant until : List.of(due, due.minus(Duration.ofMillis(1)))) {
      String name = "until-" + until.toEpochMilli();
      Rehearsal.Summary summary =
          rehearse(name, gz(name + ".jsonl.gz", first), List.of(), until, 2);
      long after =
          first.stream()
              .filter(line -> Instant.parse(text(line, "timestamp")).isAfter(until))
              .count();
      assertThat(after).isPositive();
      assertThat(summary.skipped()).isEqualTo(after);
      assertThat(summary.records()).isEqualTo(3_000);
      assertThat(summary.until()).isEqualTo(until);
      assertThat(stageChanges(folder.resolve(name)))
          .containsExactlyInAnyOrderElementsOf(
              OnlineRetail.expectedStageChanges().stream()
                  .filter(row -> !Instant.parse(text(row, "at")).isAfter(until))
                  .toList());
    }
  }

  @Test
  void endBehindTheLastRecordLetsTimersFireUntilThen() throws Exception {
    Instant until = OnlineRetail.UNTIL.plus(Duration.ofDays(90));
    List<String> few = orders.subList(orders.size() - 50, orders.size());
    Rehearsal.Summary summary =
        rehearse("later", plain("later.jsonl", few, UTF_8), List.of(), until, 1);
    assertThat(summary.skipped()).isZero();
    assertThat(stageChanges(folder.resolve("later")))
        .anyMatch(
            row -> text(row, "to").equals("LOST") && Instant.parse(text(row, "at")).equals(until));
  }

  @Test
  void endBeforeTheFirstRecordLeavesNothing() throws Exception {
    Rehearsal.Summary summary =
        rehearse(
            "never",
            plain("never.jsonl", orders.subList(0, 10), UTF_8),
            List.of(),
            Instant.parse("2010-11-30T00:00:00Z"),
            1);
    assertThat(summary.skipped()).isEqualTo(10);
    assertThat(summary.from()).isNull();
    assertThat(Files.readString(folder.resolve("never/stage_changes.jsonl"))).isEmpty();
  }

  @Test
  void halfACharacterInAnAttributeEndsNoRehearsal() throws Exception {
    String profile =
        """
        {"messageId":"m","tenant":"online-retail","customerId":"12346","attributes":{"city":"\\ud800"},\
        "timestamp":"2010-11-30T00:00:00Z"}""";
    Path input = plain("profiles.jsonl", List.of(profile), UTF_8);
    Path click =
        plain(
            "clicks.jsonl",
            List.of(
                """
                {"messageId":"m","tenant":"online-retail","customerId":"12346","event":"X",\
                "timestamp":"2010-11-30T00:00:01Z"}"""),
            UTF_8);
    new Rehearsal(
            List.of(
                new InputFile(Topic.PROFILES, input.toString()),
                new InputFile(Topic.CLICKSTREAM, click.toString())),
            List.of(),
            List.of(),
            null,
            1,
            folder.resolve("half"))
        .run((done, total) -> {});
    assertThat(lines(folder.resolve("half"), "moments.jsonl"))
        .singleElement()
        .asString()
        .contains("\"city\":\"?\"");
  }

  private static Rehearsal.Summary rehearse(
      String name, Path input, List<Policy> policies, Instant until, int parallelism)
      throws Exception {
    return new Rehearsal(
            List.of(new InputFile(Topic.ORDERS, input.toString())),
            policies,
            List.of(),
            until,
            parallelism,
            folder.resolve(name))
        .run((done, total) -> {});
  }

  /** The report tells what was read, so it is the same only for the same records. */
  private static void expectSameReport(String name) {
    assertThat(folder.resolve(name).resolve("report.html"))
        .hasSameBinaryContentAs(part.resolve("report.html"));
  }

  private static void expectSameResults(String name) {
    for (String result : RESULTS) {
      assertThat(folder.resolve(name).resolve(result)).hasSameBinaryContentAs(part.resolve(result));
    }
  }

  private static Path gz(String name, List<String> lines) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((String.join("\n", lines) + "\n").getBytes(UTF_8));
    }
    return file;
  }

  private static Path plain(String name, List<String> lines, Charset charset) throws IOException {
    return Files.write(folder.resolve(name), lines, charset);
  }

  private static List<String> lines(Path out, String name) throws IOException {
    return Files.readAllLines(out.resolve(name), UTF_8);
  }

  private static List<String> stageChanges(Path out) throws IOException {
    return lines(out, "stage_changes.jsonl");
  }

  /** A line's UTF-8 as characters of one byte; what is marked so is written as a byte 0xFF. */
  private static String latin(String line) {
    return new String(line.getBytes(UTF_8), ISO_8859_1).replace("@FF@", "\u00ff");
  }

  /** The value of a top-level string, in lines that have it once. */
  private static String text(String line, String field) {
    int from = line.indexOf("\"" + field + "\":\"") + field.length() + 4;
    return line.substring(from, line.indexOf('"', from));
  }

  private static String number(String line, String field) {
    int from = line.indexOf("\"" + field + "\":") + field.length() + 3;
    return line.substring(from, line.indexOf(',', from));
  }

  /** Sixty lines of many kinds; each would change the result if it were taken for an order. */
  private static List<String> malformed() {
    String good =
        "{\"messageId\":\"bad@N@\",\"tenant\":\"online-retail\",\"customerId\":\"17850\","
            + "\"orderId\":\"bad@N@\",\"status\":\"PAID\",\"timestamp\":\"2011-06-01T00:00:00Z\","
            + "\"currency\":\"GBP\",\"amount\":\"1\"}";
    List<String> kinds =
        List.of(
            "nonsense @N@",
            good.substring(0, good.length() - 1),
            good + "}",
            "[" + good + "]",
            good.replace("17850", "@FF@"),
            good.replace("\"17850\"", "17850"),
            good.replace("\"17850\"", "null"),
            good.replace("customerId", "customer"),
            good.replace("PAID", "paid"),
            good.replace("\"amount\":\"1\"", "\"amount\":-1"),
            good.replace("\"amount\":\"1\"", "\"amount\":1e13"),
            good.replace("\"amount\":\"1\"", "\"amount\":\"1.00001\""),
            good.replace("\"amount\":\"1\"", "\"amount\":{}"),
            good.replace("\"2011-06-01T00:00:00Z\"", "1306886400"),
            good.replace("2011-06-01T00:00:00Z", "2100-01-01T00:00:00Z"),
            good.replace("2011-06-01T00:00:00Z", "2011-06-01T00:00:00"),
            good.replace("2011-06-01T00:00:00Z", "2011-02-30T00:00:00Z"),
            good.replace("17850", "x".repeat(257)),
            good.replace("GBP", "GBP\",\"x\":\"" + "x".repeat(1 << 20)),
            good.replace("\"GBP\"", "\"GBP\",\"x\":" + "[".repeat(2_000) + "]".repeat(2_000)));
    List<String> malformed = new ArrayList<>();
    for (int n = 0; n < 60; n++) {
      malformed.add(kinds.get(n % kinds.size()).replace("@N@", Integer.toString(n)));
    }
    return malformed;
  }
}
