package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log written by hand, whose rows can be worked out by hand.
 *
 * <p>Times are those of March 2026: {@code "10T09:00:00Z"}. Customers are anna unless a record says
 * {@code 'customerId': 'bert'}; the campaign is {@code k}, sent by PUSH, unless a row says another.
 */
final class HandMadeLog {
  static final long HOURS_3 = 3 * 3_600_000L;

  private final Path folder;
  private final Map<String, List<String>> files = new TreeMap<>();
  private int records;

  HandMadeLog(Path folder) {
    this.folder = folder;
  }

  static long time(String time) {
    return Instant.parse("2026-03-" + time).toEpochMilli();
  }

  /** A policy or campaigns in whole. */
  HandMadeLog define(String yaml) {
    return write("definitions/d" + records++ + ".yaml", yaml);
  }

  /** Campaign k, with a window of three hours unless the keys say another one. */
  HandMadeLog campaign(String yaml) {
    return campaign(
        "k", yaml.contains("conversion:") ? yaml : "conversion: {windows: [3 h]}\n" + yaml);
  }

  HandMadeLog campaign(String id, String yaml) {
    return define(
        "kind: campaign\ntenant: acme\nid: "
            + id
            + "\ntrigger: {stage: NEW}\nchannels: [PUSH, SMS]\n"
            + yaml);
  }

  HandMadeLog policy(String yaml) {
    return define("kind: policy\ntenant: acme\n" + yaml);
  }

  /** A later version of campaign k. */
  HandMadeLog version(int number, String yaml) {
    return write(
        "versions/" + number + "/k.yaml",
        "kind: campaign\ntenant: acme\nid: k\ntrigger: {stage: NEW}\nchannels: [PUSH, SMS]\n"
            + yaml);
  }

  private HandMadeLog write(String file, String line) {
    files.computeIfAbsent(file, none -> new ArrayList<>()).add(line);
    return this;
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) Event.JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private HandMadeLog record(String file, String time, ObjectNode fields) {
    ObjectNode node = fields;
    node.put("messageId", node.path("messageId").asText("m" + records++));
    node.put("tenant", node.path("tenant").asText("acme"));
    node.put("customerId", node.path("customerId").asText("anna"));
    node.put("timestamp", time(time));
    return write(file, node.toString());
  }

  HandMadeLog click(String time, String event) {
    return click(time, event, "{}");
  }

  HandMadeLog click(String time, String event, String fields) {
    return record("clickstream.jsonl", time, json(fields).put("event", event));
  }

  /** An order's step over an amount in EUR. */
  HandMadeLog order(String time, String status, String id, String amount) {
    return order(time, status, id, amount, "{}");
  }

  HandMadeLog order(String time, String status, String id, String amount, String fields) {
    ObjectNode order = json(fields);
    order.put("status", status);
    order.put("orderId", id);
    order.put("amount", amount);
    order.put("currency", order.path("currency").asText("EUR"));
    return record("orders.jsonl", time, order);
  }

  HandMadeLog delivery(String time, String status, String fields) {
    return record("deliveries.jsonl", time, json(fields).put("status", status));
  }

  /** A receipt of the first trigger of a grant of campaign k. */
  HandMadeLog receipt(String time, String status, String grant) {
    return receipt(time, status, grant, "PUSH");
  }

  /** A receipt of a grant's trigger by a channel. */
  HandMadeLog receipt(String time, String status, String grant, String channel) {
    return receipt(time, status, grant, channel, "anna");
  }

  /** A receipt of a customer's. */
  HandMadeLog receipt(String time, String status, String grant, String channel, String customer) {
    String triggerId = Grant.triggerId("acme", "k", 1, customer, grant, channel);
    return delivery(
        time, status, "{'customerId': '%s', 'triggerId': '%s'}".formatted(customer, triggerId));
  }

  /** A file of deliveries in which there is none. */
  HandMadeLog withDeliveries() {
    files.computeIfAbsent("deliveries.jsonl", none -> new ArrayList<>());
    return this;
  }

  /** A SENT row of variant A; the grant's id is the moment's too. */
  HandMadeLog sent(String time, String grant) {
    return row(time, grant, "SENT", "{}");
  }

  HandMadeLog sent(String time, String grant, String fields) {
    return row(time, grant, "SENT", fields);
  }

  HandMadeLog control(String time, String grant) {
    return row(time, grant, "CONTROL", "{}");
  }

  HandMadeLog row(String time, String grant, String code, String fields) {
    ObjectNode row = json(fields);
    row.put("id", row.path("id").asText("row" + records++));
    row.put("tenant", row.path("tenant").asText("acme"));
    row.put("customerId", row.path("customerId").asText("anna"));
    row.put("campaign", row.path("campaign").asText("k"));
    row.put("version", row.path("version").asInt(1));
    row.put("moment", grant);
    row.put("grantId", grant);
    row.put("at", "2026-03-" + time);
    row.put("code", code);
    row.put("variant", code.equals("CONTROL") ? "CONTROL" : row.path("variant").asText("A"));
    if (code.equals("SENT")) {
      String channel = row.path("channel").asText("PUSH");
      row.put("channel", channel);
      row.put(
          "triggerId",
          Grant.triggerId(
              row.get("tenant").asText(),
              row.get("campaign").asText(),
              row.get("version").asInt(),
              row.get("customerId").asText(),
              grant,
              channel));
    }
    return write("decisions.jsonl", row.toString());
  }

  /** The oracle over what was written, until the end of March. */
  MeasureOracle oracle() throws IOException {
    return oracle("31T00:00:00Z");
  }

  MeasureOracle oracle(String until) throws IOException {
    write();
    return MeasureOracle.of(folder, time(until));
  }

  MeasureOracle oracleUntilTheEnd() throws IOException {
    write();
    return MeasureOracle.of(folder, null);
  }

  private void write() throws IOException {
    for (Map.Entry<String, List<String>> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue(), UTF_8);
    }
  }

  /** {@code "10T09:00 PAID EUR 1 10.00"} of the rows of a window and touch. */
  static List<String> funnel(MeasureOracle oracle, long window, String touch) throws IOException {
    List<String> found = new ArrayList<>();
    for (String line : oracle.funnel()) {
      JsonNode row = Event.JSON.readTree(line);
      if (row.get("window").asLong() == window && row.get("touch").asText().equals(touch)) {
        found.add(
            "%s %s %s %s%d %s"
                .formatted(
                    row.get("minute").asText().substring(8, 16),
                    row.get("campaign").asText() + "/" + row.get("variant").asText(),
                    row.get("step").asText(),
                    row.get("currency").asText().isEmpty()
                        ? ""
                        : row.get("currency").asText() + " ",
                    row.get("grants").asInt(),
                    row.get("amount").asText()));
      }
    }
    return found;
  }

  /**
   * {@code "10T09 k EVENT last EUR grants 1 revenue 10.00 cost 0.00 cum 10.00 0.00"} of the rows of
   * a window, of a touch and a basis.
   */
  static List<String> roi(MeasureOracle oracle, long window, String touch, String basis)
      throws IOException {
    List<String> found = new ArrayList<>();
    for (String line : oracle.roi()) {
      JsonNode row = Event.JSON.readTree(line);
      if (row.get("window").asLong() == window
          && row.get("touch").asText().equals(touch)
          && row.get("basis").asText().equals(basis)) {
        found.add(
            "%s %s%s grants %d revenue %s cost %s cum %s %s"
                .formatted(
                    row.get("hour").asText().substring(8, 13),
                    row.get("campaign").asText(),
                    row.get("currency").asText().isEmpty()
                        ? ""
                        : " " + row.get("currency").asText(),
                    row.get("grants").asInt(),
                    row.get("revenue").asText(),
                    row.get("cost").asText(),
                    row.get("cumRevenue").asText(),
                    row.get("cumCost").asText()));
      }
    }
    return found;
  }
}
