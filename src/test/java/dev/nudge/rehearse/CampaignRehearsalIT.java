package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.OnlineRetail;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example campaigns over real orders and clicks: decisions, triggers and the report of them.
 */
class CampaignRehearsalIT {
  private static final Path EXAMPLES = Path.of("src/main/resources/examples");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> FILES =
      List.of("moments.jsonl", "decisions.jsonl", "triggers.jsonl", "report.html");

  @TempDir Path folder;

  @Test
  void ordersOfWeeksGiveEachCandidateOneFinalRowAtAnyParallelism() throws Exception {
    Path orders = folder.resolve("orders.jsonl");
    Files.write(orders, OnlineRetail.orders().subList(0, 3_000));
    List<InputFile> inputs = List.of(new InputFile(Topic.ORDERS, orders.toString()));
    List<String> campaigns =
        List.of(
            "birthday",
            "second-order",
            "sleep-line",
            "spend-spike-vip",
            "win-back-loyal",
            "win-back-occasional");

    Map<String, Long> counts = rehearseTwice(inputs, campaigns, "GBP");

    // Nobody's birth date is known, and so every customer is asked each day in vain.
    assertThat(counts.keySet())
        .contains(
            "birthday AUDIENCE",
            "second-order SENT",
            "sleep-line SENT",
            "spend-spike-vip SENT",
            "win-back-loyal SENT",
            "win-back-occasional DEFERRED",
            "win-back-occasional GLOBAL_CONTROL",
            "win-back-occasional CONTROL")
        .doesNotContain("birthday SENT");
  }

  @Test
  void clicksOfANightGiveEachCandidateOneFinalRowAtAnyParallelism() throws Exception {
    List<InputFile> inputs =
        List.of(
            new InputFile(Topic.ORDERS, unpacked("rees46-orders")),
            new InputFile(Topic.CLICKSTREAM, unpacked("rees46-clickstream")));
    List<String> campaigns = List.of("browse-no-buy", "cart-rescue", "first-order-gift");

    Map<String, Long> counts = rehearseTwice(inputs, campaigns, "USD");

    assertThat(counts.keySet())
        .contains("first-order-gift SENT", "first-order-gift CONTROL", "browse-no-buy AUDIENCE");
  }

  private String unpacked(String name) throws IOException {
    Path file = folder.resolve(name + ".jsonl");
    try (var in =
        new GZIPInputStream(
            CampaignRehearsalIT.class.getResourceAsStream("/data/" + name + ".jsonl.gz"))) {
      Files.write(file, in.readAllBytes());
    }
    return file.toString();
  }

  /** Rows by campaign and code, which are the same on one subtask and on four. */
  private Map<String, Long> rehearseTwice(
      List<InputFile> inputs, List<String> campaigns, String currency) throws Exception {
    Path one = rehearse(inputs, campaigns, currency, 1);
    Path four = rehearse(inputs, campaigns, currency, 4);
    for (String file : FILES) {
      assertThat(four.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
    }
    Map<String, Long> counts = expectOneFinalRowACandidate(one);
    expectReportCounts(one, counts);
    expectReportMeasuresGrants(one, counts);
    return counts;
  }

  private Path rehearse(
      List<InputFile> inputs, List<String> campaigns, String currency, int parallelism)
      throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    String policy = Files.readString(EXAMPLES.resolve("policy.yaml"));
    reader.read(
        "policy.yaml", policy.replace("currency: CNY", "currency: " + currency).getBytes(UTF_8));
    for (String campaign : campaigns) {
      reader.read(EXAMPLES.resolve("campaigns").resolve(campaign + ".yaml"));
    }
    Path out = folder.resolve("out-" + parallelism);
    List<String> doing = new ArrayList<>();
    new Rehearsal(inputs, reader.policies(), reader.rules(), null, parallelism, out)
        .run(
            new Rehearsal.Progress() {
              @Override
              public void read(long done, long total) {
                assertThat(done).isBetween(0L, total);
              }

              @Override
              public void doing(Step step, String file) {
                doing.add(step + " " + file);
              }
            });
    assertThat(doing).contains("WRITE decisions.jsonl", "WRITE report.html");
    return out;
  }

  private static Map<String, Long> expectOneFinalRowACandidate(Path out) throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    Map<String, Integer> finals = new HashMap<>();
    Set<String> candidates = new HashSet<>();
    Set<String> sent = new HashSet<>();
    for (String line : Files.readAllLines(out.resolve("decisions.jsonl"))) {
      JsonNode row = JSON.readTree(line);
      String campaign = row.path("campaign").asText();
      String candidate =
          campaign + " " + row.path("customerId").asText() + " " + row.path("moment").asText();
      DecisionCode code = DecisionCode.valueOf(row.path("code").asText());
      counts.merge(campaign + " " + code, 1L, Long::sum);
      candidates.add(candidate);
      if (code.isFinal()) {
        finals.merge(candidate, 1, Integer::sum);
      }
      if (code == DecisionCode.SENT) {
        sent.add(row.path("triggerId").asText());
      }
    }
    assertThat(finals.keySet()).isEqualTo(candidates);
    assertThat(finals.values()).containsOnly(1);
    Set<String> triggers = new HashSet<>();
    for (String line : Files.readAllLines(out.resolve("triggers.jsonl"))) {
      triggers.add(JSON.readTree(line).path("id").asText());
    }
    assertThat(triggers).isEqualTo(sent).isNotEmpty();
    return counts;
  }

  private static void expectReportCounts(Path out, Map<String, Long> counts) throws IOException {
    Map<String, Long> told = new TreeMap<>();
    for (JsonNode campaign : Decided.read(out.resolve("report.html")).path("campaigns")) {
      campaign
          .path("counts")
          .properties()
          .forEach(
              code -> {
                long sum = 0;
                for (JsonNode count : code.getValue()) {
                  sum += count.asLong();
                }
                told.put(campaign.path("id").asText() + " " + code.getKey(), sum);
              });
    }
    assertThat(told).isEqualTo(counts);
  }

  /** Each send and each customer held back is a grant, whatever the window and the touch. */
  private static void expectReportMeasuresGrants(Path out, Map<String, Long> counts)
      throws IOException {
    int sides = 0;
    for (JsonNode campaign : Decided.read(out.resolve("report.html")).path("campaigns")) {
      for (JsonNode side : campaign.path("measured").path("funnel")) {
        String variant = side.path("variant").asText();
        boolean control = variant.equals(Decision.CONTROL);
        if (control || variant.isEmpty()) {
          String code = control ? " CONTROL" : " SENT";
          assertThat(side.path("steps").path(0).path("step").asText()).isEqualTo("TARGETED");
          assertThat(side.path("steps").path(0).path("grants").asLong())
              .as("%s", side)
              .isEqualTo(counts.get(campaign.path("id").asText() + code));
          sides++;
        }
      }
    }
    assertThat(sides).isPositive();
  }
}
