package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.definition.Campaign;
import dev.nudge.event.Decision;
import dev.nudge.event.Units;
import dev.nudge.measure.ArmRow;
import dev.nudge.measure.FunnelStep;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How one campaign's grants fared: how many came how far, what they brought and cost over time, and
 * how its arms stand.
 *
 * <p>Example: A was sent to Anna at 9:00 and to Bert at 9:30, and Cleo was held back; Anna paid
 * 30.00 at 9:40. Within three days and by last touch, SENT is 2 of A and of all, PAID is 1 with
 * 30.00, TARGETED is 1 of CONTROL. In the bucket of that hour revenue is 30.00, and up to it too.
 *
 * <p>What it keeps does not grow with the files: of {@value #MAX_WINDOWS} windows, {@value
 * #MAX_CURRENCIES} currencies and {@value CampaignHistory#MAX_NAMES} variants a number a step, and
 * a handful of numbers for each of {@value AnomalyHistory#MAX_BUCKETS} buckets. Rows of further
 * ones are only counted.
 */
final class MeasuredHistory {
  /** As many as a definition may declare. */
  static final int MAX_WINDOWS = 10;

  /** Currencies that are told; a shop has one or two. */
  static final int MAX_CURRENCIES = 5;

  /** Whose steps: those of a variant, or of all who were sent something where it is empty. */
  private record Side(long windowMillis, String touch, String variant) {
    private static final Comparator<Side> ORDER =
        Comparator.comparingLong(Side::windowMillis)
            .thenComparing(Side::touch)
            .thenComparing(Side::variant);
  }

  /** Grants that reached a step. */
  private static final class Reached {
    private final Map<String, BigInteger> unitsByCurrency = new TreeMap<>();
    private long grants;

    void add(MeasuredLine line) {
      grants += line.number("grants");
      unitsByCurrency.merge(line.text("currency"), line.units("amount"), BigInteger::add);
    }
  }

  private record Account(String basis, long windowMillis, String touch, String currency) {
    private static final Comparator<Account> ORDER =
        Comparator.comparing(Account::basis)
            .thenComparingLong(Account::windowMillis)
            .thenComparing(Account::touch)
            .thenComparing(Account::currency);
  }

  /** What the hours of a bucket add up to, and all up to the last one of them. */
  private static final class Stretch {
    private long grants;
    private BigInteger revenueUnits = BigInteger.ZERO;
    private BigInteger costUnits = BigInteger.ZERO;
    private String cumRevenue;
    private String cumCost;
    private String roi;
    private String matured;

    void add(MeasuredLine line) {
      grants += line.number("grants");
      revenueUnits = revenueUnits.add(line.units("revenue"));
      costUnits = costUnits.add(line.units("cost"));
      cumRevenue = line.text("cumRevenue");
      cumCost = line.text("cumCost");
      roi = line.text("roi");
      matured = line.text("matured");
    }
  }

  private static final String ALL_SENT = "";

  private final CampaignHistory.Buckets buckets;
  private final List<Long> declaredMillis;
  private final Set<Long> windowsMillis;
  private final Set<String> variants = new TreeSet<>();
  private final Set<String> currencies = new TreeSet<>();
  private final Map<Side, Map<FunnelStep, Reached>> funnel = new TreeMap<>(Side.ORDER);
  private final Map<Account, SortedMap<Integer, Stretch>> returns = new TreeMap<>(Account.ORDER);
  private final Map<String, String> arms = new HashMap<>();
  private long rowsLeftOut;

  /**
   * Nothing measured yet.
   *
   * @param campaign its definition; null where only its rows are known
   */
  MeasuredHistory(Campaign campaign, CampaignHistory.Buckets buckets) {
    this.buckets = buckets;
    this.declaredMillis = campaign == null ? List.of() : campaign.conversion().windowsMillis();
    this.windowsMillis = new TreeSet<>(declaredMillis);
  }

  /** A line of {@code funnel.jsonl}. */
  void addSteps(MeasuredLine line) {
    String variant = line.text("variant");
    long windowMillis = line.number("window");
    String touch = line.text("touch");
    if (!fits(variants, variant, CampaignHistory.MAX_NAMES)
        || !fits(windowsMillis, windowMillis, MAX_WINDOWS)
        || !fits(currencies, line.text("currency"), MAX_CURRENCIES)) {
      rowsLeftOut++;
      return;
    }
    reached(new Side(windowMillis, touch, variant), line);
    if (!variant.equals(Decision.CONTROL)) {
      reached(new Side(windowMillis, touch, ALL_SENT), line);
    }
  }

  private void reached(Side side, MeasuredLine line) {
    funnel
        .computeIfAbsent(side, key -> new EnumMap<>(FunnelStep.class))
        .computeIfAbsent(FunnelStep.valueOf(line.text("step")), key -> new Reached())
        .add(line);
  }

  /** A line of {@code roi.jsonl}; they come in order of time. */
  void addHour(MeasuredLine line) {
    long windowMillis = line.number("window");
    String currency = line.text("currency");
    if (!fits(windowsMillis, windowMillis, MAX_WINDOWS)
        || !fits(currencies, currency, MAX_CURRENCIES)) {
      rowsLeftOut++;
      return;
    }
    returns
        .computeIfAbsent(
            new Account(line.text("basis"), windowMillis, line.text("touch"), currency),
            key -> new TreeMap<>())
        .computeIfAbsent(buckets.place(line.millis("hour")), key -> new Stretch())
        .add(line);
  }

  /** A line of {@code experiments.jsonl}; there is one an arm. */
  void addArm(MeasuredLine line) {
    // Beside the variants there are those held back and all who were sent something.
    if (arms.size() < CampaignHistory.MAX_NAMES + 2) {
      arms.put(line.text("arm"), line.json());
    } else {
      rowsLeftOut++;
    }
  }

  private static <T> boolean fits(Set<T> known, T one, int max) {
    return known.contains(one) || (known.size() < max && known.add(one));
  }

  /** Writes what there is; null where nothing was measured. */
  void write(JsonGenerator json) throws IOException {
    if (funnel.isEmpty() && returns.isEmpty() && arms.isEmpty()) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeArrayFieldStart("windows");
    for (long windowMillis : windows()) {
      json.writeNumber(windowMillis);
    }
    json.writeEndArray();
    writeFunnel(json);
    json.writeArrayFieldStart("returns");
    for (Map.Entry<Account, SortedMap<Integer, Stretch>> account : returns.entrySet()) {
      writeReturns(json, account.getKey(), account.getValue());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("arms");
    for (Map.Entry<String, String> arm : controlFirst()) {
      json.writeRawValue(arm.getValue());
    }
    json.writeEndArray();
    json.writeNumberField("rowsLeftOut", rowsLeftOut);
    json.writeEndObject();
  }

  /** The primary one comes first, those that the definition does not name come last. */
  private List<Long> windows() {
    List<Long> windows = new ArrayList<>(declaredMillis);
    windowsMillis.stream().filter(window -> !declaredMillis.contains(window)).forEach(windows::add);
    return windows;
  }

  private void writeFunnel(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("funnel");
    for (Map.Entry<Side, Map<FunnelStep, Reached>> side : funnel.entrySet()) {
      json.writeStartObject();
      json.writeNumberField("window", side.getKey().windowMillis());
      json.writeStringField("touch", side.getKey().touch());
      json.writeStringField("variant", side.getKey().variant());
      json.writeArrayFieldStart("steps");
      for (Map.Entry<FunnelStep, Reached> step : side.getValue().entrySet()) {
        json.writeStartObject();
        json.writeStringField("step", step.getKey().name());
        json.writeNumberField("grants", step.getValue().grants);
        json.writeArrayFieldStart("amounts");
        for (Map.Entry<String, BigInteger> sum : step.getValue().unitsByCurrency.entrySet()) {
          if (sum.getValue().signum() != 0) {
            json.writeStartObject();
            json.writeStringField("currency", sum.getKey());
            json.writeStringField("amount", Units.format(sum.getValue()));
            json.writeEndObject();
          }
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Column by column, since there are many: of each bucket that holds an hour a number in each. */
  private static void writeReturns(
      JsonGenerator json, Account account, SortedMap<Integer, Stretch> stretches)
      throws IOException {
    Collection<Stretch> rows = stretches.values();
    json.writeStartObject();
    json.writeStringField("basis", account.basis());
    json.writeNumberField("window", account.windowMillis());
    json.writeStringField("touch", account.touch());
    json.writeStringField("currency", account.currency());
    json.writeArrayFieldStart("places");
    for (int place : stretches.keySet()) {
      json.writeNumber(place);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("grants");
    for (Stretch row : rows) {
      json.writeNumber(row.grants);
    }
    json.writeEndArray();
    writeTexts(json, "revenue", rows, row -> Units.format(row.revenueUnits));
    writeTexts(json, "cost", rows, row -> Units.format(row.costUnits));
    writeTexts(json, "cumRevenue", rows, row -> row.cumRevenue);
    writeTexts(json, "cumCost", rows, row -> row.cumCost);
    writeTexts(json, "roi", rows, row -> row.roi);
    writeTexts(json, "matured", rows, row -> row.matured);
    json.writeEndObject();
  }

  private static void writeTexts(
      JsonGenerator json, String field, Collection<Stretch> rows, Function<Stretch, String> value)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Stretch row : rows) {
      json.writeString(value.apply(row));
    }
    json.writeEndArray();
  }

  private List<Map.Entry<String, String>> controlFirst() {
    return arms.entrySet().stream()
        .sorted(
            Comparator.comparing(
                    (Map.Entry<String, String> arm) -> !arm.getKey().equals(Decision.CONTROL))
                .thenComparing(arm -> !arm.getKey().equals(ArmRow.SENT))
                .thenComparing(Map.Entry::getKey))
        .toList();
  }
}
