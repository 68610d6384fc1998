package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Json;
import dev.nudge.event.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Decisions as a rehearsal of acme would have written them, and the report of them. */
final class Decided {
  static final Instant MONDAY = Instant.parse("2026-01-05T09:00:00Z");
  static final Instant END = Instant.parse("2026-01-12T09:00:00Z");

  private static final String DATA = "<script type=\"application/json\" id=\"rehearsal\">";

  /** Lines of {@code funnel.jsonl}. */
  final List<String> funnel = new ArrayList<>();

  /** Lines of {@code roi.jsonl}. */
  final List<String> returns = new ArrayList<>();

  /** Lines of {@code experiments.jsonl}. */
  final List<String> arms = new ArrayList<>();

  private final List<String> lines = new ArrayList<>();

  /** A row that says nothing more than its code. */
  void row(String campaign, String customer, Instant at, DecisionCode code) {
    row(campaign, customer, at, code, Map.of(), null, null);
  }

  void row(
      String campaign,
      String customer,
      Instant at,
      DecisionCode code,
      Map<String, Value> values,
      DeferReason reason,
      String winner) {
    add(campaign, customer, at, code, values, reason, winner, null, null, null);
  }

  /** A send. */
  void sent(
      String campaign, String customer, Instant at, String variant, String channel, Long units) {
    add(
        campaign,
        customer,
        at,
        DecisionCode.SENT,
        Map.of("budgetLeft", Value.string("1.00")),
        null,
        null,
        variant,
        channel,
        units);
  }

  private void add(
      String campaign,
      String customer,
      Instant at,
      DecisionCode code,
      Map<String, Value> values,
      DeferReason reason,
      String winner,
      String variant,
      String channel,
      Long units) {
    lines.add(
        Json.of(
            new Decision(
                "id" + lines.size(),
                "acme",
                customer,
                campaign,
                1,
                "moment" + lines.size(),
                at.toEpochMilli(),
                at.toEpochMilli(),
                code,
                reason,
                values,
                winner,
                variant,
                channel,
                units,
                null,
                null)));
  }

  /** Definitions from YAML, as {@code --policy} and {@code --campaigns} read them. */
  static Given given(Map<String, Map<String, Long>> currencies, String... definitions)
      throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    for (String definition : definitions) {
      reader.read("definition.yaml", definition.getBytes(UTF_8));
    }
    return new Given(reader.policies(), reader.rules(), true, currencies);
  }

  /** Writes the report; the brand becomes known by a stage change. */
  void write(Path folder, Given given) throws IOException {
    String change =
        """
        {"tenant":"acme","customerId":"Anna","from":null,"to":"NEW","at":"2026-01-05T09:00:00Z"}
        """;
    Files.writeString(folder.resolve("stage_changes.jsonl"), change);
    Files.writeString(folder.resolve("anomalies.jsonl"), "");
    Files.writeString(folder.resolve("dead_letters.jsonl"), "");
    Files.write(folder.resolve("decisions.jsonl"), lines);
    Files.write(folder.resolve("funnel.jsonl"), funnel);
    Files.write(folder.resolve("roi.jsonl"), returns);
    Files.write(folder.resolve("experiments.jsonl"), arms);
    Report.write(
        folder, new Rehearsal.Summary(120, 0, 0, MONDAY, END, 1), ResultFiles.NAMES, given);
  }

  /** The report's numbers of a tenant's decisions, as the browser reads them. */
  static JsonNode read(Path report) throws IOException {
    String page = Files.readString(report);
    int data = page.indexOf(DATA) + DATA.length();
    return new ObjectMapper()
        .readTree(page.substring(data, page.indexOf("</script>", data)))
        .path("tenants")
        .path(0)
        .path("decisions");
  }
}
