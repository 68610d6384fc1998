package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionException;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

/** Who comes into the shop that nobody has. */
class SimulatedShopTest {
  private static final Instant NINE = Instant.parse("2026-01-05T09:00:00Z");
  private static final long SECOND = NINE.getEpochSecond();
  private static final SimulationConfig CONFIG = SimulationConfig.of("CNY");
  private static final SimulatedShop SHOP = new SimulatedShop(CONFIG);

  @Test
  void whatBeginsInASecondIsTheSameWhoeverAsksWhen() {
    Map<Long, List<SimulatedEvent>> forwards = new HashMap<>();
    for (long s = SECOND; s < SECOND + 600; s++) {
      forwards.put(s, SHOP.visitsStarting(s));
    }
    for (long s = SECOND + 599; s >= SECOND; s--) {
      assertThat(new SimulatedShop(CONFIG).visitsStarting(s)).isEqualTo(forwards.get(s));
    }
    SimulatedShop other = new SimulatedShop(CONFIG.withSeed(2));
    assertThat(forwards.keySet())
        .filteredOn(s -> !other.visitsStarting(s).equals(forwards.get(s)))
        .hasSizeGreaterThan(200);
  }

  @Test
  void asManyComeAsConfigured() {
    for (double perMinute : List.of(0.0, 1.0, 20.0, 200.0)) {
      SimulatedShop shop = new SimulatedShop(CONFIG.withVisitsPerMinute(perMinute));
      long visits =
          LongStream.range(SECOND, SECOND + 3_600)
              .flatMap(
                  s ->
                      shop.visitsStarting(s).stream()
                          .map(e -> e.messageId().replaceFirst("-[0-9]+-[A-Za-z-]+$", ""))
                          .distinct()
                          .mapToLong(id -> 1))
              .sum();
      // Within five standard deviations of the share of seconds with one visit more.
      double expected = 60 * perMinute;
      double part = perMinute / 60 - Math.floor(perMinute / 60);
      assertThat((double) visits)
          .isBetween(
              expected - 5 * Math.sqrt(3_600 * part * (1 - part)),
              expected + 5 * Math.sqrt(3_600 * part * (1 - part)));
    }
  }

  @Test
  void anHourHasLooksCartsOrdersAndAQueueAndAllOfItIsReadable() {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    Map<String, Integer> seen = new HashMap<>();
    List<String> ids = new ArrayList<>();
    for (long s = SECOND; s < SECOND + 3_600; s++) {
      List<SimulatedEvent> events = SHOP.visitsStarting(s);
      assertThat(events).isSortedAccordingTo(SimulatedEvent.ORDER);
      for (SimulatedEvent event : events) {
        assertThat(event.atMillis()).isBetween(s * 1_000, s * 1_000 + 600_000);
        Ingested ingested = decode(decoder, event);
        seen.merge(
            event.topic() == Topic.ORDERS
                ? ingested.event().order().status().name()
                : ingested.event().click().event(),
            1,
            Integer::sum);
        ids.add(event.topic() + event.messageId());
      }
    }
    assertThat(ids).doesNotHaveDuplicates().hasSizeBetween(5_000, 12_000);
    assertThat(seen)
        .containsOnlyKeys(
            "Product Viewed",
            "Product Added",
            "Product Added to Wishlist",
            "Checkout Started",
            "Store Queue Joined",
            "PLACED",
            "PAID");
    assertThat(seen.get("PAID")).isBetween(100, seen.get("PLACED") - 10);
    assertThat(seen.get("PLACED")).isEqualTo(seen.get("Checkout Started"));
  }

  @Test
  void everybodyHasAProfileWithAZoneAndConsentsAndSomebodyHasBirthday() {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    List<SimulatedEvent> profiles = SHOP.profiles(NINE.toEpochMilli());
    assertThat(profiles).hasSize(CONFIG.customers());
    int birthdays = 0;
    int gold = 0;
    int sms = 0;
    for (SimulatedEvent profile : profiles) {
      var decoded = decode(decoder, profile).event().profile();
      Map<String, Value> attributes = decoded.attributes();
      assertThat(ZoneId.of(attributes.get("timezone").text())).isNotNull();
      birthdays += attributes.get("birthDate").text().endsWith("-01-05") ? 1 : 0;
      gold += attributes.get("memberLevel").text().equals("GOLD") ? 1 : 0;
      sms += decoded.consents().get("SMS") ? 1 : 0;
    }
    assertThat(birthdays).isBetween(1, 30);
    assertThat(gold).isBetween(20, 100);
    assertThat(sms).isBetween(120, 240);
  }

  @Test
  void shopHasAPastOfLoyalAndOfLostCustomers() {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    List<SimulatedEvent> past = SHOP.past(NINE.toEpochMilli());
    assertThat(past).isSortedAccordingTo(SimulatedEvent.ORDER).hasSizeBetween(500, 3_000);
    assertThat(past).extracting(SimulatedEvent::messageId).doesNotHaveDuplicates();
    Map<String, Integer> orders = new HashMap<>();
    Map<String, Long> last = new HashMap<>();
    for (SimulatedEvent order : past) {
      assertThat(order.atMillis()).isLessThan(NINE.toEpochMilli());
      decode(decoder, order);
      orders.merge(order.customerId(), 1, Integer::sum);
      last.put(order.customerId(), order.atMillis());
    }
    assertThat(orders.values()).contains(1).anyMatch(count -> count >= 5);
    assertThat(orders.size()).isLessThan(CONFIG.customers());
    long dormantSince = NINE.toEpochMilli() - 30L * 24 * 3_600_000;
    assertThat(last.values().stream().filter(at -> at < dormantSince).count()).isBetween(20L, 150L);
  }

  @Test
  void localModesExamplesAreThoseWithoutADateAndFitBothPolicies()
      throws IOException, DefinitionException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/examples/campaigns"))) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
          .filteredOn(name -> !name.startsWith("double-eleven"))
          .containsExactlyInAnyOrderElementsOf(LocalDefinitions.EXAMPLES);
    }
    for (LocalShop shop :
        List.of(
            LocalShop.simulatedShop(),
            LocalShop.onlineRetail(ReplaySource.resource(Topic.ORDERS, "any")))) {
      assertThat(LocalDefinitions.examples(shop.tenant(), shop.policy())).isNotNull();
    }
  }

  private static Ingested decode(RecordDecoder decoder, SimulatedEvent event) {
    Ingested ingested =
        decoder.decode(
            event.topic(), event.value(event.atMillis()), RecordPosition.line("shop", 1));
    assertThat(ingested.deadLetter()).as(event.toString()).isNull();
    assertThat(ingested.event().tenant()).isEqualTo("simulated-shop");
    return ingested;
  }
}
