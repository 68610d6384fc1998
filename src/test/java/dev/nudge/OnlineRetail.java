package dev.nudge;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.detect.AnomalyOracle;
import dev.nudge.detect.LifecycleOracle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A year of real orders, and what somebody else's program found in it. */
public final class OnlineRetail {
  public static final String ORDERS = "/sample/online-retail-orders.jsonl.gz";
  public static final String ANOMALIES = "/data/expected/online-retail-anomalies.jsonl.gz";
  public static final String EXPECTED = "/data/expected/online-retail-stage-changes.jsonl.gz";

  /** The last event. */
  public static final Instant UNTIL = Instant.parse("2011-12-09T12:50:00Z");

  private static final JsonFactory JSON = new JsonFactory();

  private OnlineRetail() {}

  public static List<String> orders() {
    return lines(ORDERS);
  }

  public static List<String> expectedStageChanges() {
    return lines(EXPECTED);
  }

  public static List<String> expectedAnomalies() {
    return lines(ANOMALIES);
  }

  /** The paid ones, with what was paid. */
  public static List<AnomalyOracle.Payment> amounts() {
    List<AnomalyOracle.Payment> payments = new ArrayList<>();
    for (String line : orders()) {
      Map<String, String> order = topLevel(line);
      if (order.get("status").equals("PAID")) {
        payments.add(
            new AnomalyOracle.Payment(
                order.get("customerId"),
                order.get("orderId"),
                Instant.parse(order.get("timestamp")),
                new BigDecimal(order.get("amount"))));
      }
    }
    return payments;
  }

  /** Rows of a file as the oracle tells them: all fields but the tenant and the evidence. */
  public static List<AnomalyOracle.Row> anomalies(List<String> lines) {
    List<AnomalyOracle.Row> rows = new ArrayList<>();
    for (String line : lines) {
      Map<String, String> row = topLevel(line);
      if (!row.get("tenant").equals("online-retail")) {
        throw new AssertionError("another tenant: " + line);
      }
      rows.add(
          new AnomalyOracle.Row(
              row.get("customerId"),
              row.get("kind"),
              Instant.parse(row.get("at")),
              row.get("orderId"),
              new BigDecimal(row.get("value")),
              new BigDecimal(row.get("baseline"))));
    }
    return rows;
  }

  /** By time, customer, kind and order, which no two rows share. */
  public static List<AnomalyOracle.Row> sorted(List<AnomalyOracle.Row> rows) {
    return rows.stream()
        .sorted(
            Comparator.comparing(AnomalyOracle.Row::at)
                .thenComparing(AnomalyOracle.Row::customerId)
                .thenComparing(AnomalyOracle.Row::kind)
                .thenComparing(row -> String.valueOf(row.orderId())))
        .toList();
  }

  /** The paid ones. */
  public static List<LifecycleOracle.Payment> payments() {
    List<LifecycleOracle.Payment> payments = new ArrayList<>();
    for (String line : orders()) {
      Map<String, String> order = topLevel(line);
      if (order.get("status").equals("PAID")) {
        payments.add(
            new LifecycleOracle.Payment(
                order.get("customerId"),
                order.get("orderId"),
                Instant.parse(order.get("timestamp"))));
      }
    }
    return payments;
  }

  /** A change as a row of the expected file. */
  public static String row(LifecycleOracle.Change change) {
    return """
        {"tenant":"online-retail","customerId":"%s","from":%s,"to":"%s","at":"%s","life":%d,"orderCount":%d}"""
        .formatted(
            change.customerId(),
            change.from() == null ? "null" : '"' + change.from() + '"',
            change.to(),
            change.at(),
            change.life(),
            change.orderCount());
  }

  private static Map<String, String> topLevel(String line) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!value.isScalarValue()) {
          parser.skipChildren();
        } else if (value != JsonToken.VALUE_NULL) {
          fields.put(name, parser.getText());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fields;
  }

  private static List<String> lines(String resource) {
    try (InputStream in = OnlineRetail.class.getResourceAsStream(resource);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(new GZIPInputStream(in), UTF_8))) {
      return lines.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
