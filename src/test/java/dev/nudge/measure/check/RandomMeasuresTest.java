package dev.nudge.measure.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random logs hold what they are to hold, and the oracle's rows of them agree among themselves. */
class RandomMeasuresTest {
  private static final int TENANTS = 75;
  private static final List<String> FILES =
      List.of(
          "definitions/t0007.yaml",
          "decisions.jsonl",
          "orders.jsonl",
          "clickstream.jsonl",
          "profiles.jsonl",
          "deliveries.jsonl");

  @TempDir private Path folder;

  private MeasureOracle oracle(long seed) throws IOException {
    new RandomMeasures(seed, TENANTS).write(folder);
    return MeasureOracle.of(folder, RandomMeasures.UNTIL.toEpochMilli());
  }

  private static void add(Map<String, BigDecimal> sums, String key, String amount) {
    sums.merge(key, new BigDecimal(amount), BigDecimal::add);
  }

  private static String key(JsonNode row, String... fields) {
    StringBuilder key = new StringBuilder();
    for (String field : fields) {
      key.append(row.get(field).asText()).append('|');
    }
    return key.toString();
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    Path other = folder.resolve("other");
    new RandomMeasures(3, 30).write(one);
    new RandomMeasures(3, 30).write(two);
    new RandomMeasures(4, 30).write(other);

    for (String file : FILES) {
      assertThat(Files.mismatch(one.resolve(file), two.resolve(file))).as(file).isEqualTo(-1);
      assertThat(Files.mismatch(one.resolve(file), other.resolve(file))).as(file).isNotEqualTo(-1);
    }
    assertThat(MeasureOracle.of(one, null).funnel())
        .isEqualTo(MeasureOracle.of(two, null).funnel());
  }

  @Test
  void everyStepIsReachedManyTimesUnderBothTouches() throws IOException {
    Map<String, BigDecimal> grants = new TreeMap<>();
    for (String line : oracle(1).funnel()) {
      JsonNode row = Event.JSON.readTree(line);
      add(grants, key(row, "touch", "step"), row.get("grants").asText());
    }

    assertThat(grants).hasSize(2 * 19);
    assertThat(grants.values()).allMatch(each -> each.intValue() >= 20);
  }

  @Test
  void thereAreArmsWithEnoughDataAndWithout() throws IOException {
    int enough = 0;
    int winners = 0;
    int significant = 0;
    List<String> lines = oracle(1).experiments();
    for (String line : lines) {
      JsonNode row = Event.JSON.readTree(line);
      enough += row.get("enough").asBoolean() ? 1 : 0;
      winners += row.get("winner").asBoolean() ? 1 : 0;
      significant += row.get("conversionP").asDouble(1) < 1 ? 1 : 0;
    }

    assertThat(enough).isBetween(3, lines.size() / 2);
    assertThat(winners).isGreaterThanOrEqualTo(3);
    assertThat(significant).isGreaterThanOrEqualTo(1);
  }

  /** All the rows of a key but the last one are what the last one adds up. */
  @Test
  void hoursAddUpToTheirCumulativeColumnAndBothBasesToTheSame() throws IOException {
    Map<String, BigDecimal> sums = new HashMap<>();
    Map<String, String> last = new TreeMap<>();
    Map<String, String> lastCost = new TreeMap<>();
    int unattributed = 0;
    for (String line : oracle(2).roi()) {
      JsonNode row = Event.JSON.readTree(line);
      String key = key(row, "basis", "tenant", "campaign", "window", "touch", "currency");
      add(sums, key, row.get("revenue").asText());
      assertThat(sums.get(key)).isEqualByComparingTo(row.get("cumRevenue").asText());
      last.put(key, row.get("cumRevenue").asText());
      lastCost.put(key, row.get("cumCost").asText());
      unattributed += row.get("campaign").asText().equals("UNATTRIBUTED") ? 1 : 0;
    }

    assertThat(unattributed).isGreaterThan(20);
    int compared = 0;
    for (Map.Entry<String, String> event : last.entrySet()) {
      String cohort = event.getKey().replaceFirst("EVENT", "COHORT");
      if (event.getKey().startsWith("EVENT") && last.containsKey(cohort)) {
        assertThat(last.get(cohort)).as(cohort).isEqualTo(event.getValue());
        assertThat(lastCost.get(cohort)).as(cohort).isEqualTo(lastCost.get(event.getKey()));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(500);
  }

  /** "last … sums to all attributed revenue": of every payment within a window, once. */
  @Test
  void lastTouchesAddUpToAllThatWasAttributed() throws IOException {
    MeasureOracle oracle = oracle(5);
    Map<String, BigDecimal> expected = new TreeMap<>();
    oracle.tenants.forEach(
        (tenant, customers) -> {
          for (Customer customer : customers.values()) {
            for (long window : List.of(3_600_000L, 10_800_000L, Definitions.DAY)) {
              for (Customer.Payment payment : customer.payments) {
                boolean touched =
                    customer.grants.stream()
                        .anyMatch(
                            grant ->
                                !grant.control
                                    && grant.declares(window)
                                    && grant.isOpen(payment.paid().at, window));
                if (touched) {
                  BigDecimal net = payment.paid().amount("amount");
                  for (Customer.Refund refund : payment.refunds()) {
                    net = net.subtract(refund.effect());
                  }
                  expected.merge(tenant + "|" + window, net, BigDecimal::add);
                }
              }
            }
          }
        });
    Map<String, BigDecimal> found = new TreeMap<>();
    for (String line : oracle.roi()) {
      JsonNode row = Event.JSON.readTree(line);
      if (row.get("touch").asText().equals("last") && row.get("basis").asText().equals("EVENT")) {
        add(
            found,
            row.get("tenant").asText() + "|" + row.get("window").asText(),
            row.get("revenue").asText());
      }
    }

    assertThat(expected).hasSizeGreaterThan(40);
    expected.forEach((key, net) -> assertThat(found.get(key)).as(key).isEqualByComparingTo(net));
  }

  @Test
  void whatArrivesLateIsNeverADayLateAndAllThatThereIs() throws IOException {
    new RandomMeasures(7, 10).write(folder);
    List<Arrivals.Arrival> arrivals = Arrivals.of(folder, 1);
    long newest = Long.MIN_VALUE;
    int late = 0;
    for (Arrivals.Arrival each : arrivals) {
      newest = Math.max(newest, each.at());
      assertThat(newest - each.at()).isLessThan(Arrivals.LATEST_MILLIS);
      late += newest - each.at() > 60_000 ? 1 : 0;
    }

    assertThat(late).isGreaterThan(arrivals.size() / 20);
    assertThat(arrivals).isEqualTo(Arrivals.of(folder, 1)).isNotEqualTo(Arrivals.of(folder, 2));
    Path again = folder.resolve("again");
    Files.createDirectories(again.resolve("definitions"));
    for (String file : FILES) {
      List<String> lines =
          arrivals.stream()
              .filter(each -> each.file().equals(file))
              .map(Arrivals.Arrival::line)
              .toList();
      boolean arrives = file.endsWith(".jsonl") && !file.equals("decisions.jsonl");
      if (arrives) {
        Files.write(again.resolve(file), lines);
      }
    }
    for (int i = 0; i < 10; i++) {
      String file = "definitions/t%04d.yaml".formatted(i);
      Files.copy(folder.resolve(file), again.resolve(file));
    }
    long until = RandomMeasures.UNTIL.toEpochMilli();
    assertThat(MeasureOracle.of(again, folder.resolve("decisions.jsonl"), until).roi())
        .isEqualTo(MeasureOracle.of(folder, until).roi());
  }

  @Test
  void withoutDeliveriesEveryGrantIsSentAndNobodyClicks() throws IOException {
    new RandomMeasures(6, TENANTS).writeWithoutDeliveries(folder);
    Map<String, BigDecimal> grants = new TreeMap<>();
    for (String line : MeasureOracle.of(folder, RandomMeasures.UNTIL.toEpochMilli()).funnel()) {
      JsonNode row = Event.JSON.readTree(line);
      if (!row.get("variant").asText().equals("CONTROL")) {
        add(grants, row.get("step").asText(), row.get("grants").asText());
      }
    }

    assertThat(grants.get("SENT")).isEqualByComparingTo(grants.get("TARGETED"));
    assertThat(grants).doesNotContainKeys("CLICKED", "REDEEMED", "FAILED");
  }
}
