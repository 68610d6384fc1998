package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Tells a marketer what came out: one HTML file that needs nothing but a browser, with the numbers
 * of the result files beside it.
 *
 * <p>Example: of the lines "Anna (none) to NEW" and "Anna NEW to GROWING" it keeps two numbers in
 * two buckets of time, and the page draws a curve for NEW that rises and falls and one for GROWING.
 *
 * <p>What it keeps does not grow with the files: so many tenants at most, and for each so many
 * buckets of every kind of change and of anomaly, and of every code of each campaign. There is no
 * wall clock in it: the same results give the same bytes.
 */
final class Report {
  /** More tenants than this make no report but a phone book; theirs are counted as one. */
  static final int MAX_TENANTS = 20;

  /** Of each tenant's anomalies about money the largest are told one by one. */
  static final int MAX_LARGEST = 12;

  private static final String TEMPLATE = "/report/report.html";
  private static final String DATA = "<script type=\"application/json\" id=\"rehearsal\">";
  private static final String DATA_END = "</script>";
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Rehearsal.Summary summary;
  private final List<String> files;
  private final Given given;
  private final long startMillis;
  private final long endMillis;
  private final long bucketMillis;

  private final long anomalyBucketMillis;

  private final Map<String, Tenant> tenants = new TreeMap<>();
  private final Map<DeadLetterReason, Long> deadLetters = new EnumMap<>(DeadLetterReason.class);
  private long changesOfOthers;
  private long anomaliesOfOthers;
  private long decisionsOfOthers;
  private long measuresOfOthers;

  private Report(Rehearsal.Summary summary, List<String> files, Given given) {
    this.summary = summary;
    this.files = files;
    this.given = given;
    endMillis = summary.until() == null ? 0 : summary.until().toEpochMilli();
    startMillis = summary.from() == null ? endMillis : summary.from().toEpochMilli();
    bucketMillis = StageHistory.bucketMillis(startMillis, endMillis);
    anomalyBucketMillis = AnomalyHistory.bucketMillis(startMillis, endMillis);
  }

  /**
   * Writes {@code report.html} beside the results.
   *
   * @param out the folder of the results
   * @param files the results' names without {@code .jsonl}, for the page to tell of
   * @param given what the rehearsal was given beside its records
   * @throws IllegalStateException if the page is not on the class path: the build puts it there
   */
  static void write(Path out, Rehearsal.Summary summary, List<String> files, Given given)
      throws IOException {
    Report report = new Report(summary, files, given);
    report.count(out);
    String page = template();
    int data = page.indexOf(DATA) + DATA.length();
    int end = page.indexOf(DATA_END, data);
    Files.writeString(
        out.resolve("report.html"), page.substring(0, data) + report.json() + page.substring(end));
  }

  private static String template() throws IOException {
    try (InputStream page = Report.class.getResourceAsStream(TEMPLATE)) {
      if (page == null) {
        throw new IllegalStateException(
            "The report's page is missing from the class path; mvn process-resources builds it");
      }
      return new String(page.readAllBytes(), UTF_8);
    }
  }

  private void count(Path out) throws IOException {
    eachLine(
        out.resolve("stage_changes.jsonl"),
        Set.of("tenant", "from", "to", "at"),
        line -> {
          Tenant tenant = tenant(line.get("tenant"));
          if (tenant == null) {
            changesOfOthers++;
            return;
          }
          String from = line.get("from");
          tenant.changed(
              Instant.parse(line.get("at")).toEpochMilli(),
              from == null ? null : LifecycleStage.valueOf(from),
              LifecycleStage.valueOf(line.get("to")));
        });
    eachLine(
        out.resolve("anomalies.jsonl"),
        Set.of("tenant", "customerId", "kind", "at", "orderId", "value", "baseline"),
        line -> {
          Tenant tenant = tenant(line.get("tenant"));
          if (tenant == null) {
            anomaliesOfOthers++;
            return;
          }
          Instant at = Instant.parse(line.get("at"));
          tenant.wasUnusual(line.get("kind"), at.toEpochMilli());
          // Only money is a string, so days and counts are not among what was read here.
          BigDecimal value = money(line.get("value"));
          if (value != null) {
            BigDecimal baseline = money(line.get("baseline"));
            tenant.amongTheLargest(
                new Amount(
                    line.get("kind"),
                    line.get("customerId"),
                    line.get("orderId"),
                    at,
                    value,
                    baseline));
          }
        });
    DecisionLine.each(
        FACTORY,
        out.resolve("decisions.jsonl"),
        line -> {
          Tenant tenant = tenant(line.tenant());
          if (tenant == null) {
            decisionsOfOthers++;
          } else {
            tenant.decisions.add(line);
          }
        });
    eachLine(
        out.resolve("dead_letters.jsonl"),
        Set.of("reason"),
        line -> deadLetters.merge(DeadLetterReason.valueOf(line.get("reason")), 1L, Long::sum));
    eachMeasure(out.resolve("funnel.jsonl"), MeasuredHistory::addSteps);
    eachMeasure(out.resolve("roi.jsonl"), MeasuredHistory::addHour);
    eachMeasure(out.resolve("experiments.jsonl"), MeasuredHistory::addArm);
  }

  private void eachMeasure(Path file, BiConsumer<MeasuredHistory, MeasuredLine> adder)
      throws IOException {
    MeasuredLine.each(
        FACTORY,
        file,
        line -> {
          Tenant tenant = tenant(line.tenant());
          if (tenant == null) {
            measuresOfOthers++;
          } else {
            tenant.decisions.add(line, adder);
          }
        });
  }

  /** The tenant of that name; null if it is one too many. */
  private Tenant tenant(String name) {
    Tenant known = tenants.get(name);
    if (known == null && tenants.size() < MAX_TENANTS) {
      known = new Tenant(name);
      tenants.put(name, known);
    }
    return known;
  }

  private static BigDecimal money(String text) {
    return text == null ? null : Value.string(text).decimal();
  }

  /**
   * An anomaly about money.
   *
   * @param baseline what the amount was measured against, or null
   */
  private record Amount(
      String kind,
      String customerId,
      String orderId,
      Instant at,
      BigDecimal value,
      BigDecimal baseline) {
    BigDecimal size() {
      return baseline == null ? value.abs() : value.subtract(baseline).abs();
    }
  }

  /** From where to where; {@code from} is null for the first stage. */
  private record Kind(LifecycleStage from, LifecycleStage to) {
    private static final Comparator<Kind> IN_ORDER_OF_A_LIFE =
        Comparator.comparing(
                Kind::from, Comparator.nullsFirst(Comparator.<LifecycleStage>naturalOrder()))
            .thenComparing(Kind::to);
  }

  /**
   * One tenant's changes and anomalies, counted by bucket and kind: some 400 buckets of some 20
   * kinds of change, some 125 of as many kinds of anomaly as there are definitions.
   */
  private final class Tenant {
    private final String name;
    private final Map<Kind, Map<Long, Long>> bucketsByKind = new TreeMap<>(Kind.IN_ORDER_OF_A_LIFE);
    private final Map<String, Map<Long, Long>> bucketsByAnomaly = new TreeMap<>();
    private final List<Amount> largest = new ArrayList<>();
    private final DecisionHistory decisions;
    private long changes;

    Tenant(String name) {
      this.name = name;
      this.decisions =
          new DecisionHistory(name, given, CampaignHistory.Buckets.of(startMillis, endMillis));
    }

    void wasUnusual(String kind, long atMillis) {
      bucketsByAnomaly
          .computeIfAbsent(kind, k -> new HashMap<>())
          .merge(AnomalyHistory.bucket(atMillis, anomalyBucketMillis), 1L, Long::sum);
    }

    /** Lines come in order of time, so of two as large the earlier one stays. */
    void amongTheLargest(Amount amount) {
      int place = largest.size();
      while (place > 0 && amount.size().compareTo(largest.get(place - 1).size()) > 0) {
        place--;
      }
      if (place < MAX_LARGEST) {
        largest.add(place, amount);
      }
      if (largest.size() > MAX_LARGEST) {
        largest.remove(MAX_LARGEST);
      }
    }

    AnomalyHistory anomalies() {
      List<AnomalyHistory.Count> counts = new ArrayList<>();
      bucketsByAnomaly.forEach(
          (kind, buckets) ->
              buckets.forEach(
                  (bucket, anomalies) ->
                      counts.add(new AnomalyHistory.Count(kind, bucket, anomalies))));
      return AnomalyHistory.of(counts, startMillis, endMillis, anomalyBucketMillis);
    }

    void changed(long atMillis, LifecycleStage from, LifecycleStage to) {
      long inside = Math.min(Math.max(atMillis, startMillis), endMillis);
      bucketsByKind
          .computeIfAbsent(new Kind(from, to), kind -> new HashMap<>())
          .merge(Math.floorDiv(inside, bucketMillis), 1L, Long::sum);
      changes++;
    }

    StageHistory history() {
      List<StageHistory.Move> moves = new ArrayList<>();
      bucketsByKind.forEach(
          (kind, buckets) ->
              buckets.forEach(
                  (bucket, changes) ->
                      moves.add(new StageHistory.Move(bucket, kind.from(), kind.to(), changes))));
      return StageHistory.of(moves, startMillis, endMillis, bucketMillis);
    }
  }

  private String json() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      writeTime(json, "from", summary.from());
      writeTime(json, "until", summary.until());
      json.writeNumberField("records", summary.records());
      json.writeNumberField("skipped", summary.skipped());
      writeDeadLetters(json);
      json.writeArrayFieldStart("files");
      for (String file : files) {
        json.writeString(file);
      }
      json.writeEndArray();
      json.writeNumberField("changesOfOthers", changesOfOthers);
      json.writeNumberField("anomaliesOfOthers", anomaliesOfOthers);
      json.writeNumberField("decisionsOfOthers", decisionsOfOthers);
      json.writeNumberField("measuresOfOthers", measuresOfOthers);
      json.writeBooleanField("receiptsAssumed", given.receiptsAssumed());
      json.writeArrayFieldStart("tenants");
      List<Tenant> largestFirst = new ArrayList<>(tenants.values());
      // Sorting is stable: of two equal ones the first by name comes first.
      largestFirst.sort(Comparator.comparingLong((Tenant tenant) -> tenant.changes).reversed());
      for (Tenant tenant : largestFirst) {
        writeTenant(json, tenant);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    // Names are the shop's own; none of them may end the element that holds them.
    return text.toString().replace("<", "\\u003c");
  }

  private void writeDeadLetters(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("deadLetters");
    List<Map.Entry<DeadLetterReason, Long>> mostFirst = new ArrayList<>(deadLetters.entrySet());
    mostFirst.sort(Map.Entry.<DeadLetterReason, Long>comparingByValue().reversed());
    for (Map.Entry<DeadLetterReason, Long> reason : mostFirst) {
      json.writeStartObject();
      json.writeStringField("reason", reason.getKey().name());
      json.writeNumberField("count", reason.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeTenant(JsonGenerator json, Tenant tenant) throws IOException {
    StageHistory history = tenant.history();
    json.writeStartObject();
    json.writeStringField("name", tenant.name);
    // The curve begins with nobody: at the first record nobody had a stage yet.
    json.writeArrayFieldStart("times");
    json.writeNumber(startMillis);
    for (StageHistory.Point point : history.points()) {
      json.writeNumber(point.at().toEpochMilli());
    }
    json.writeEndArray();
    json.writeObjectFieldStart("counts");
    for (LifecycleStage stage : LifecycleStage.values()) {
      json.writeArrayFieldStart(stage.name());
      json.writeNumber(0);
      for (StageHistory.Point point : history.points()) {
        json.writeNumber(point.counts().get(stage));
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeArrayFieldStart("moves");
    for (Map.Entry<Kind, Map<Long, Long>> entry : tenant.bucketsByKind.entrySet()) {
      LifecycleStage from = entry.getKey().from();
      json.writeStartObject();
      json.writeStringField("from", from == null ? "NONE" : from.name());
      json.writeStringField("to", entry.getKey().to().name());
      json.writeNumberField(
          "changes", entry.getValue().values().stream().mapToLong(Long::longValue).sum());
      json.writeEndObject();
    }
    json.writeEndArray();
    writeAnomalies(json, tenant.anomalies());
    tenant.decisions.write(json);
    json.writeArrayFieldStart("largest");
    for (Amount amount : tenant.largest) {
      json.writeStartObject();
      json.writeStringField("kind", amount.kind());
      json.writeStringField("customerId", amount.customerId());
      json.writeStringField("orderId", amount.orderId());
      writeTime(json, "at", amount.at());
      json.writeStringField("value", amount.value().toPlainString());
      json.writeStringField(
          "baseline", amount.baseline() == null ? null : amount.baseline().toPlainString());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeAnomalies(JsonGenerator json, AnomalyHistory anomalies)
      throws IOException {
    json.writeObjectFieldStart("anomalies");
    json.writeNumberField("firstMillis", anomalies.firstMillis());
    json.writeNumberField("bucketMillis", anomalies.bucketMillis());
    json.writeNumberField("total", anomalies.total());
    json.writeArrayFieldStart("kinds");
    for (AnomalyHistory.Kind kind : anomalies.kinds()) {
      json.writeStartObject();
      json.writeStringField("kind", kind.kind());
      json.writeNumberField("total", kind.total());
      json.writeArrayFieldStart("counts");
      for (long count : kind.counts()) {
        json.writeNumber(count);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeTime(JsonGenerator json, String name, Instant time) throws IOException {
    json.writeStringField(name, time == null ? null : time.toString());
  }

  /** Reads some text fields of every line; what else a line holds is passed over unread. */
  private static void eachLine(Path file, Set<String> fields, Consumer<Map<String, String>> reader)
      throws IOException {
    Map<String, String> line = new HashMap<>();
    try (JsonParser json = FACTORY.createParser(file.toFile())) {
      while (json.nextToken() != null) {
        line.clear();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
          JsonToken value = json.nextToken();
          if (value == JsonToken.VALUE_STRING && fields.contains(field)) {
            line.put(field, json.getText());
          } else {
            json.skipChildren();
          }
        }
        reader.accept(line);
      }
    }
  }
}
