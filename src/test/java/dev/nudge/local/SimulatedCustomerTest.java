package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows from a trigger. */
class SimulatedCustomerTest {
  private static final long NINE = Instant.parse("2026-01-05T09:00:00Z").toEpochMilli();
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  private static final int MANY = 8_000;
  private static final SimulationConfig CONFIG = SimulationConfig.of("EUR");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String COUPON =
      """
      {"grantId":"%1$s","kind":"COUPON","type":"C20","amount":"20.0000",\
      "validFor":"PT72H","threshold":{"amount":"100.0000","categories":["coffee"],"products":[],\
      "stores":["A"],"cities":[]}}""";
  private static final String CLAIMED_COUPON =
      """
      {"grantId":"%1$s","kind":"COUPON","type":"C5","amount":"5",\
      "claim":{"to":"2026-01-05T21:00:00Z"},"validUntil":"2026-01-08T00:00:00Z"}""";

  @Test
  void triggerIsReadAsItStandsOnTheTopic() {
    SimulatedTrigger trigger =
        SimulatedTrigger.read(
            """
            {"specversion":"1.0","id":"t1","source":"nudge/decide","type":"dev.nudge.trigger",
             "subject":"anna","time":"2026-01-05T09:00:00Z","tenant":"acme","customerId":"anna",
             "campaign":"cart-rescue","version":3,"variant":"A","channel":"PUSH","grantId":"g1",
             "resource":{"grantId":"g1","kind":"COUPON","type":"C20","amount":"20.0000",
               "claim":{"from":"2026-01-05T10:00:00Z","to":"2026-01-06T09:00:00Z"},
               "validUntil":"2026-01-09T00:00:00Z",
               "threshold":{"amount":"100.0000","categories":["coffee"],"products":[],"stores":[],
                 "cities":[]}},
             "content":{"title":"x"},"recommendations":["p1","p2"],"moment":"m1",
             "notBefore":"2026-01-05T09:00:00Z","expires":"2026-01-12T09:00:00Z"}
            """
                .getBytes(StandardCharsets.UTF_8));

    assertThat(trigger)
        .isEqualTo(
            new SimulatedTrigger(
                "t1",
                "acme",
                "anna",
                "cart-rescue",
                "A",
                "PUSH",
                "g1",
                new SimulatedTrigger.Resource(
                    "COUPON",
                    "C20",
                    200_000,
                    NINE + HOUR,
                    NINE + DAY,
                    null,
                    Instant.parse("2026-01-09T00:00:00Z").toEpochMilli(),
                    1_000_000,
                    "coffee",
                    null,
                    null),
                List.of("p1", "p2"),
                NINE,
                NINE + 7 * DAY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "[]", "null", "{\"id\":1", "{\"id\":\"t1\",\"tenant\":\"acme\"}"})
  void whatIsNoTriggerIsRefused(String text) {
    assertThatThrownBy(() -> SimulatedTrigger.read(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not a trigger: ");
  }

  @Test
  void sameSeedGivesTheSameBytesInWhateverOrderAndThread() {
    List<SimulatedTrigger> triggers = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      triggers.add(trigger(i, "PUSH", i % 2 == 0 ? COUPON : null));
    }
    Map<String, List<String>> expected = new HashMap<>();
    for (SimulatedTrigger trigger : triggers) {
      expected.put(trigger.id(), bytes(new SimulatedCustomer(CONFIG).answer(trigger)));
    }
    Collections.shuffle(triggers, new Random(7));
    SimulatedCustomer shared = new SimulatedCustomer(CONFIG);
    Map<String, List<String>> parallel = new ConcurrentHashMap<>();

    IntStream.range(0, 4_000)
        .parallel()
        .mapToObj(i -> triggers.get(i % triggers.size()))
        .forEach(trigger -> parallel.put(trigger.id(), bytes(shared.answer(trigger))));

    assertThat(parallel).isEqualTo(expected);
    SimulatedCustomer other = new SimulatedCustomer(CONFIG.withSeed(1));
    assertThat(triggers)
        .filteredOn(t -> !bytes(other.answer(t)).equals(expected.get(t.id())))
        .hasSizeGreaterThan(1_900);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUSH", "EMAIL", "SMS", "INBOX", "WECHAT", "WEIBO", "ON_PAGE", "FAX"})
  void eachStepIsTakenByTheShareThatTheConfigSays(String channel) {
    SimulationConfig config = even(CONFIG);
    Map<DeliveryStatus, Integer> counts = new EnumMap<>(DeliveryStatus.class);
    int orders = 0;
    for (int i = 0; i < MANY; i++) {
      // Many seeds, for a single one could be lucky.
      SimulatedCustomer customer = new SimulatedCustomer(config.withSeed(i % 100));
      for (SimulatedEvent event : customer.answer(trigger(i, channel, null))) {
        if (event.topic() == Topic.DELIVERIES) {
          counts.merge(status(event), 1, Integer::sum);
        } else if (event.topic() == Topic.ORDERS && text(event, "status").equals("PAID")) {
          orders++;
        }
      }
    }

    SimulationConfig.Rates rates = config.rates(channel);
    int sent = count(counts, DeliveryStatus.SENT);
    int delivered = count(counts, DeliveryStatus.DELIVERED);
    int exposed = count(counts, DeliveryStatus.EXPOSED);
    assertThat(sent + count(counts, DeliveryStatus.FAILED)).isEqualTo(MANY);
    assertShare("failed", count(counts, DeliveryStatus.FAILED), MANY, rates.failed());
    assertShare("delivered", delivered, sent, rates.delivered());
    assertShare("exposed", exposed, delivered, rates.exposed());
    assertShare("clicked", count(counts, DeliveryStatus.CLICKED), exposed, rates.clicked());
    assertShare(
        "unsubscribed", count(counts, DeliveryStatus.UNSUBSCRIBED), exposed, rates.unsubscribed());
    assertShare("ordered", orders, MANY, config.trueUplift(channel, false));
  }

  @Test
  void couponMakesMoreOrdersByTheTrueUplift() {
    SimulationConfig config = even(CONFIG);
    int orders = 0;
    for (int i = 0; i < MANY; i++) {
      orders += paid(new SimulatedCustomer(config).answer(trigger(i, "PUSH", COUPON)));
    }
    assertShare("ordered", orders, MANY, config.trueUplift("PUSH", true));
    assertThat(config.trueUplift("PUSH", true)).isGreaterThan(config.trueUplift("PUSH", false));
  }

  @Test
  void whereNobodyIsMovedByANudgeNobodyOrders() {
    SimulationConfig indifferent = uplift(CONFIG, 0, 0);
    SimulationConfig keen = uplift(CONFIG, 1, 1);
    int exposed = 0;
    for (int i = 0; i < 2_000; i++) {
      SimulatedTrigger trigger = trigger(i, "SMS", i % 2 == 0 ? COUPON : null);
      assertThat(paid(new SimulatedCustomer(indifferent).answer(trigger))).isZero();
      List<SimulatedEvent> moved = new SimulatedCustomer(keen).answer(trigger);
      boolean seen = moved.stream().anyMatch(e -> is(e, DeliveryStatus.EXPOSED));
      exposed += seen ? 1 : 0;
      assertThat(paid(moved)).isEqualTo(seen ? 1 : 0);
    }
    assertThat(exposed).isBetween(1_500, 1_900);
    assertThat(indifferent.trueUplift("SMS", true)).isZero();
  }

  @Test
  void stepsAreTakenInTheirOrderAndCouponsAreUsedAsTheyMay() {
    int redeemed = 0;
    int claimed = 0;
    int expired = 0;
    for (int i = 0; i < 4_000; i++) {
      SimulatedTrigger trigger =
          trigger(i, "SMS", i % 3 == 0 ? COUPON : i % 3 == 1 ? CLAIMED_COUPON : null);
      List<SimulatedEvent> events = new SimulatedCustomer(uplift(CONFIG, 0.8, 0.3)).answer(trigger);
      assertThat(events).isSortedAccordingTo(SimulatedEvent.ORDER);
      assertThat(events).extracting(SimulatedEvent::messageId).doesNotHaveDuplicates();
      assertThat(events).allMatch(e -> e.atMillis() >= trigger.notBeforeMillis());
      Map<DeliveryStatus, SimulatedEvent> by = new EnumMap<>(DeliveryStatus.class);
      for (SimulatedEvent event : events) {
        if (event.topic() == Topic.DELIVERIES) {
          assertThat(by.put(status(event), event)).isNull();
        }
      }
      SimulatedEvent before = null;
      for (DeliveryStatus step :
          List.of(
              DeliveryStatus.SENT,
              DeliveryStatus.DELIVERED,
              DeliveryStatus.EXPOSED,
              DeliveryStatus.CLICKED)) {
        SimulatedEvent event = by.get(step);
        if (event != null && step != DeliveryStatus.SENT) {
          assertThat(before).as("before %s", step).isNotNull();
          assertThat(event.atMillis()).isGreaterThan(before.atMillis());
        }
        before = event;
      }
      SimulatedEvent use = by.get(DeliveryStatus.COUPON_REDEEMED);
      SimulatedEvent claim = by.get(DeliveryStatus.COUPON_CLAIMED);
      SimulatedEvent end = by.get(DeliveryStatus.COUPON_EXPIRED);
      boolean held =
          trigger.resource() != null
              && (trigger.resource().claimToMillis() == null
                  ? by.containsKey(DeliveryStatus.SENT)
                  : claim != null);
      assertThat((use == null ? 0 : 1) + (end == null ? 0 : 1)).isEqualTo(held ? 1 : 0);
      if (claim != null) {
        claimed++;
        assertThat(claim.atMillis())
            .isLessThan(Instant.parse("2026-01-05T21:00:00Z").toEpochMilli());
        assertThat(text(claim, "grantId")).isEqualTo(trigger.grantId());
      }
      if (use != null) {
        redeemed++;
        JsonNode paid =
            events.stream()
                .filter(e -> e.topic() == Topic.ORDERS && text(e, "status").equals("PAID"))
                .map(SimulatedCustomerTest::json)
                .findFirst()
                .orElseThrow();
        assertThat(text(use, "orderId")).isEqualTo(paid.get("orderId").asText());
        assertThat(paid.get("grantId").asText()).isEqualTo(trigger.grantId());
        assertThat(use.atMillis()).isGreaterThan(paid.get("timestamp").asLong());
        BigDecimal amount = new BigDecimal(paid.get("amount").asText());
        assertThat(new BigDecimal(text(use, "discount"))).isPositive().isLessThanOrEqualTo(amount);
        if (trigger.resource().thresholdUnits() > 0) {
          assertThat(amount).isGreaterThanOrEqualTo(BigDecimal.valueOf(100));
          assertThat(paid.at("/lines/0/category").asText()).isEqualTo("coffee");
          assertThat(paid.at("/attributes/storeId").asText()).isEqualTo("A");
        }
      }
      if (end != null) {
        expired++;
        assertThat(end).isEqualTo(events.get(events.size() - 1));
      }
    }
    assertThat(redeemed).isGreaterThan(400);
    assertThat(claimed).isGreaterThan(200);
    assertThat(expired).isGreaterThan(200);
  }

  @Test
  void triggerThatIsReadAfterItsEndIsNotSent() {
    SimulatedTrigger late = trigger(1, "SMS", COUPON, NINE, NINE);

    assertThat(new SimulatedCustomer(CONFIG).answer(late))
        .singleElement()
        .satisfies(event -> assertThat(status(event)).isEqualTo(DeliveryStatus.FAILED));
  }

  @Test
  void lagMovesAnAnswerAndChangesNothingElse() {
    long lag = 2 * DAY;
    for (int i = 0; i < 500; i++) {
      SimulatedTrigger trigger = trigger(i, "SMS", null);
      List<SimulatedEvent> expected = new ArrayList<>();
      for (SimulatedEvent e : new SimulatedCustomer(CONFIG).answer(trigger)) {
        expected.add(
            new SimulatedEvent(
                e.topic(),
                e.tenant(),
                e.customerId(),
                e.messageId(),
                e.atMillis() + lag,
                e.fields()));
      }
      assertThat(new SimulatedCustomer(CONFIG.withLag(lag)).answer(trigger)).isEqualTo(expected);
    }
  }

  @Test
  void variantsDifferByTheirFactorWhichIsTheSameForEverybody() {
    SimulatedCustomer customer = new SimulatedCustomer(CONFIG);
    double first = customer.variantFactor(trigger(1, "SMS", null));

    assertThat(first).isBetween(0.75, 1.25).isNotEqualTo(1.0);
    assertThat(customer.variantFactor(trigger(2, "PUSH", COUPON))).isEqualTo(first);
    assertThat(new SimulatedCustomer(even(CONFIG)).variantFactor(trigger(1, "SMS", null)))
        .isEqualTo(1.0);
  }

  @Test
  void everyRecordIsAnEventForIngestAndMarkedAsSimulated() {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    Map<Topic, Integer> decoded = new EnumMap<>(Topic.class);
    for (int i = 0; i < 1_000; i++) {
      for (SimulatedEvent event :
          new SimulatedCustomer(uplift(CONFIG, 0.8, 0.3)).answer(trigger(i, "SMS", COUPON))) {
        Ingested ingested =
            decoder.decode(event.topic(), event.value(NINE + 5), RecordPosition.line("t", 1));
        assertThat(ingested.deadLetter()).isNull();
        assertThat(ingested.event().topic()).isEqualTo(event.topic());
        assertThat(ingested.event().atMillis()).isEqualTo(NINE + 5);
        assertThat(ingested.event().messageId()).isEqualTo(event.messageId());
        JsonNode json = json(event);
        String mark =
            switch (event.topic()) {
              case CLICKSTREAM -> "/properties/simulated";
              case ORDERS, PROFILES -> "/attributes/simulated";
              case DELIVERIES -> "/simulated";
              case MOMENTS, DECISIONS -> throw new AssertionError(event.topic());
            };
        assertThat(json.at(mark).asBoolean()).as(json.toString()).isTrue();
        assertThat(event.record("t", NINE).headers().lastHeader("simulated")).isNotNull();
        decoded.merge(event.topic(), 1, Integer::sum);
      }
    }
    assertThat(decoded).containsOnlyKeys(Topic.ORDERS, Topic.DELIVERIES, Topic.CLICKSTREAM);
  }

  @ParameterizedTest
  @CsvSource({
    "-0.1, 0, simulation.orderAfterClick: found -0.1",
    "0, 1.1, simulation.orderAfterExposure: found 1.1",
    "NaN, 0, simulation.orderAfterClick: found NaN"
  })
  void rateThatIsNoneIsRefused(double click, double exposure, String message) {
    assertThatThrownBy(() -> uplift(CONFIG, click, exposure))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  /**
   * Five standard deviations: one run of two million is outside by chance, and runs are the same.
   */
  private static void assertShare(String what, int found, int of, double expected) {
    double deviation = Math.sqrt(of * expected * (1 - expected));
    assertThat((double) found)
        .as("%s: %d of %d, expected %.4f", what, found, of, expected)
        .isBetween(of * expected - 5 * deviation - 1e-6, of * expected + 5 * deviation + 1e-6);
  }

  private static SimulationConfig even(SimulationConfig of) {
    return with(of, of.orderAfterClick(), of.orderAfterExposure(), 0);
  }

  private static SimulationConfig uplift(SimulationConfig of, double click, double exposure) {
    return with(of, click, exposure, of.variantSpread());
  }

  private static SimulationConfig with(
      SimulationConfig of, double click, double exposure, double spread) {
    return new SimulationConfig(
        of.seed(),
        of.currency(),
        of.lagMillis(),
        of.channels(),
        of.otherChannels(),
        of.claimed(),
        click,
        exposure,
        of.resourceFactor(),
        spread,
        of.customers(),
        of.visitsPerMinute());
  }

  static SimulatedTrigger trigger(int number, String channel, String resource) {
    return trigger(number, channel, resource, NINE, NINE + 7 * DAY);
  }

  private static SimulatedTrigger trigger(
      int number, String channel, String resource, long notBefore, long expires) {
    return SimulatedTrigger.read(triggerJson(number, channel, resource, notBefore, expires));
  }

  /** A trigger as it stands on the topic. */
  static byte[] triggerJson(
      int number, String channel, String resource, long notBefore, long expires) {
    String grant = "g" + number;
    return """
        {"id":"t%d","tenant":"acme","customerId":"c%d","campaign":"cart-rescue","version":1,\
        "variant":"A","channel":"%s","grantId":"%s",%s"content":{},"recommendations":["p1","p2"],\
        "moment":"m","notBefore":"%s","expires":"%s"}"""
        .formatted(
            number,
            number % 700,
            channel,
            grant,
            resource == null ? "" : "\"resource\":" + resource.formatted(grant) + ",",
            Instant.ofEpochMilli(notBefore),
            Instant.ofEpochMilli(expires))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static int paid(List<SimulatedEvent> events) {
    return (int)
        events.stream()
            .filter(e -> e.topic() == Topic.ORDERS && text(e, "status").equals("PAID"))
            .count();
  }

  private static int count(Map<DeliveryStatus, Integer> counts, DeliveryStatus status) {
    return counts.getOrDefault(status, 0);
  }

  private static boolean is(SimulatedEvent event, DeliveryStatus status) {
    return event.topic() == Topic.DELIVERIES && status(event) == status;
  }

  private static DeliveryStatus status(SimulatedEvent event) {
    return DeliveryStatus.valueOf(text(event, "status"));
  }

  private static String text(SimulatedEvent event, String field) {
    return json(event).get(field).asText();
  }

  private static JsonNode json(SimulatedEvent event) {
    try {
      return JSON.readTree(event.value(event.atMillis()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> bytes(List<SimulatedEvent> events) {
    return events.stream()
        .map(e -> new String(e.value(e.atMillis()), StandardCharsets.UTF_8))
        .toList();
  }
}
