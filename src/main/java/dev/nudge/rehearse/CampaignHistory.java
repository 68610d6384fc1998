package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.Channel;
import dev.nudge.definition.Policy;
import dev.nudge.event.DecisionCode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What became of one campaign's candidates: how many, by code and over time, why, with what and at
 * what cost.
 *
 * <p>Example: of 6,948 candidates of a win-back 5,031 were SENT, all by PUSH, with coupons of
 * 50,310.00 in all; 1,080 had been written to less than 60 days before.
 *
 * <p>What it keeps does not grow with the candidates: {@value AnomalyHistory#MAX_BUCKETS} numbers a
 * code, and of what a code says more {@value #MAX_DETAILS} different ones.
 */
final class CampaignHistory {
  /** Different details of a code that are told; those of further ones are counted as one. */
  static final int MAX_DETAILS = 12;

  /** Variants and channels that are told; a campaign has a handful of either. */
  static final int MAX_NAMES = 50;

  /** Sends that are told one by one. */
  static final int MAX_SENDS = 8;

  private static final int MILLI_SCALE = 7;

  private final String id;
  private final Campaign campaign;
  private final Policy policy;
  private final ZoneId zone;
  private final Buckets buckets;
  private final MeasuredHistory measured;
  private final Map<DecisionCode, long[]> counts = new EnumMap<>(DecisionCode.class);
  private final Map<DecisionCode, Map<Map<String, String>, Long>> details =
      new EnumMap<>(DecisionCode.class);
  private final Map<String, Long> variants = new TreeMap<>();
  private final Map<String, Long> channels = new TreeMap<>();
  private final Map<String, Long> channelCostsMilli = new HashMap<>();
  private final Sends sends = new Sends(MAX_SENDS);
  private final BigInteger[] costsMilli;
  private final long[] granted;
  private BigInteger amountUnits = BigInteger.ZERO;
  private LocalDate day;
  private BigInteger dayMilli = BigInteger.ZERO;
  private LocalDate busiestDay;
  private BigInteger busiestMilli = BigInteger.ZERO;
  private Long exhaustedMillis;

  /**
   * The buckets of time in which everything is counted.
   *
   * @param first the number of the first one, as {@link AnomalyHistory#bucket} has it
   * @param millis a bucket's length
   * @param count how many there are
   */
  record Buckets(long first, long millis, int count) {
    static Buckets of(long startMillis, long endMillis) {
      long millis = AnomalyHistory.bucketMillis(startMillis, endMillis);
      long first = AnomalyHistory.bucket(startMillis, millis);
      long last = AnomalyHistory.bucket(endMillis, millis);
      return new Buckets(first, millis, Math.toIntExact(last - first + 1));
    }

    int place(long atMillis) {
      long place = AnomalyHistory.bucket(atMillis, millis) - first;
      return (int) Math.min(Math.max(place, 0), count - 1);
    }

    long firstMillis() {
      return first * millis + AnomalyHistory.MONDAY_MILLIS;
    }
  }

  /**
   * A campaign of which nothing has been read yet.
   *
   * @param campaign its definition; null where only its rows are known
   * @param policy its tenant's
   */
  CampaignHistory(String id, Campaign campaign, Policy policy, Buckets buckets) {
    this.id = id;
    this.campaign = campaign;
    this.policy = policy;
    this.zone = ZoneId.of(policy.zone());
    this.buckets = buckets;
    this.measured = new MeasuredHistory(campaign, buckets);
    this.costsMilli = new BigInteger[buckets.count()];
    this.granted = new long[buckets.count()];
  }

  /** What came of its grants. */
  MeasuredHistory measured() {
    return measured;
  }

  /** One more row; they come in order of time. */
  void add(DecisionLine line) {
    DecisionCode code = line.code();
    int place = buckets.place(line.atMillis());
    counts.computeIfAbsent(code, key -> new long[buckets.count()])[place]++;
    Map<String, String> told = code == DecisionCode.AUDIENCE ? unknown(line) : line.details();
    if (!told.isEmpty()) {
      Map<Map<String, String>, Long> known = details.computeIfAbsent(code, key -> new HashMap<>());
      boolean fits = known.containsKey(told) || known.size() < MAX_DETAILS;
      known.merge(fits ? told : Map.of(), 1L, Long::sum);
    }
    if (code == DecisionCode.BUDGET_EXHAUSTED && exhaustedMillis == null) {
      exhaustedMillis = line.atMillis();
    } else if (code == DecisionCode.SENT) {
      sent(line, place);
    }
  }

  /** What the audience asks for and nobody knew, such as a birthday where there are no profiles. */
  private Map<String, String> unknown(DecisionLine line) {
    if (campaign == null || campaign.audience() == null) {
      return Map.of();
    }
    StringJoiner names = new StringJoiner(", ");
    for (String name : campaign.audience().reads()) {
      if (!line.details().containsKey(name)) {
        names.add(name);
      }
    }
    return names.length() == 0 ? Map.of() : Map.of("unknown", names.toString());
  }

  private void sent(DecisionLine line, int place) {
    sends.add(line);
    count(variants, line.variant());
    count(channels, line.channel());
    BigInteger milli =
        BigInteger.valueOf(channelCostsMilli.computeIfAbsent(line.channel(), this::touchMilli));
    if (line.amountUnits() != null) {
      BigInteger units = BigInteger.valueOf(line.amountUnits());
      amountUnits = amountUnits.add(units);
      granted[place]++;
      milli = milli.add(units.multiply(BigInteger.valueOf(1_000)));
    }
    costsMilli[place] = costsMilli[place] == null ? milli : costsMilli[place].add(milli);
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(line.atMillis()), zone);
    dayMilli = today.equals(day) ? dayMilli.add(milli) : milli;
    day = today;
    if (dayMilli.compareTo(busiestMilli) > 0) {
      busiestMilli = dayMilli;
      busiestDay = day;
    }
  }

  private static void count(Map<String, Long> names, String name) {
    if (names.containsKey(name) || names.size() < MAX_NAMES) {
      names.merge(name, 1L, Long::sum);
    }
  }

  /** What Decide reserves for a touch, beside what the customer gets. */
  private long touchMilli(String name) {
    Channel channel = policy.sending().channel(name);
    return (channel == null ? 0 : channel.cost().expectedMilliUnits())
        + (campaign == null ? 0 : campaign.cost().expectedMilliUnits());
  }

  /** How many rows of a code there were. */
  long count(DecisionCode code) {
    long count = 0;
    for (long one : counts.getOrDefault(code, new long[0])) {
      count += one;
    }
    return count;
  }

  /** How many candidates there were: each has one final row. */
  long candidates() {
    long candidates = 0;
    for (DecisionCode code : counts.keySet()) {
      candidates += code.isFinal() ? count(code) : 0;
    }
    return candidates;
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeNumberField("candidates", candidates());
    json.writeObjectFieldStart("counts");
    for (Map.Entry<DecisionCode, long[]> code : counts.entrySet()) {
      writeNumbers(json, code.getKey().name(), code.getValue());
    }
    json.writeEndObject();
    writeDetails(json);
    writeNames(json, "variants", variants);
    writeNames(json, "channels", channels);
    json.writeStringField("amount", money(amountUnits.multiply(BigInteger.valueOf(1_000))));
    writeNumbers(json, "granted", granted);
    writeCosts(json);
    json.writeStringField(
        "exhaustedAt",
        exhaustedMillis == null ? null : Instant.ofEpochMilli(exhaustedMillis).toString());
    json.writeStringField("busiestDay", busiestDay == null ? null : busiestDay.toString());
    json.writeStringField("busiestDayCost", money(busiestMilli));
    sends.write(json);
    json.writeFieldName("measured");
    measured.write(json);
    if (campaign == null) {
      json.writeNullField("definition");
    } else {
      json.writeFieldName("definition");
      CampaignInBrief.write(json, campaign);
    }
    json.writeEndObject();
  }

  private void writeDetails(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("details");
    for (Map.Entry<DecisionCode, Map<Map<String, String>, Long>> code : details.entrySet()) {
      List<Map.Entry<Map<String, String>, Long>> mostFirst =
          new ArrayList<>(code.getValue().entrySet());
      mostFirst.sort(
          Map.Entry.<Map<String, String>, Long>comparingByValue()
              .reversed()
              .thenComparing(entry -> new TreeMap<>(entry.getKey()).toString()));
      for (Map.Entry<Map<String, String>, Long> detail : mostFirst) {
        json.writeStartObject();
        json.writeStringField("code", code.getKey().name());
        json.writeNumberField("count", detail.getValue());
        json.writeObjectFieldStart("of");
        for (Map.Entry<String, String> value : new TreeMap<>(detail.getKey()).entrySet()) {
          json.writeStringField(value.getKey(), value.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private static void writeNames(JsonGenerator json, String field, Map<String, Long> names)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Map.Entry<String, Long> name : names.entrySet()) {
      json.writeStartObject();
      json.writeStringField("name", name.getKey());
      json.writeNumberField("count", name.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeCosts(JsonGenerator json) throws IOException {
    BigInteger all = BigInteger.ZERO;
    json.writeArrayFieldStart("costs");
    for (BigInteger milli : costsMilli) {
      BigInteger cost = milli == null ? BigInteger.ZERO : milli;
      all = all.add(cost);
      json.writeNumber(new BigDecimal(money(cost)));
    }
    json.writeEndArray();
    json.writeStringField("cost", money(all));
  }

  private static void writeNumbers(JsonGenerator json, String field, long[] numbers)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (long number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }

  /** Exact, as a CPM's thousandth is. */
  private static String money(BigInteger milli) {
    BigDecimal exact = new BigDecimal(milli, MILLI_SCALE).stripTrailingZeros();
    return exact.scale() < 2 ? exact.setScale(2).toPlainString() : exact.toPlainString();
  }
}
