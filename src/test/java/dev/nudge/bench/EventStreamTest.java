package dev.nudge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  private static final long FROM = Loads.FROM_MILLIS;
  private static final long SPAN = TimeUnit.HOURS.toMillis(4);

  @Test
  void sameSeedGivesTheSameBytes() {
    assertThat(bytes(stream(7, 3_000, 500, 0))).isEqualTo(bytes(stream(7, 3_000, 500, 0)));
  }

  @Test
  void anotherSeedGivesOtherBytes() {
    assertThat(bytes(stream(7, 3_000, 500, 0))).isNotEqualTo(bytes(stream(8, 3_000, 500, 0)));
  }

  @Test
  void timeRisesWithEveryEventOverTheSpan() {
    List<BenchEvent> events = all(stream(1, 20_000, 5_000, 0));
    assertThat(events).hasSize(20_000);
    for (int i = 1; i < events.size(); i++) {
      assertThat(events.get(i).atMillis()).isGreaterThan(events.get(i - 1).atMillis());
    }
    assertThat(events.get(0).atMillis()).isEqualTo(FROM);
    assertThat(events.get(19_999).atMillis() - FROM).isBetween(SPAN * 9 / 10, SPAN * 11 / 10);
  }

  @Test
  void fourOfFiveEventsAreProductViews() {
    List<BenchEvent> events = all(stream(1, 50_000, 5_000, 0));
    long views = events.stream().filter(event -> event.name().equals("Product Viewed")).count();
    assertThat(views).isBetween(39_000L, 41_000L);
  }

  @Test
  void everyNameOfTheFirstFamilyAndEveryFamilyOccurs() {
    List<String> names =
        all(stream(1, 50_000, 5_000, 0)).stream().map(BenchEvent::name).distinct().toList();
    for (Step step : Step.values()) {
      assertThat(names).contains(step.in(0));
    }
    for (int family = 1; family <= EventStream.CUSTOM_FAMILIES; family++) {
      String prefix = "Family " + family + " ";
      assertThat(names).anyMatch(name -> name.startsWith(prefix));
    }
  }

  @Test
  void everyCustomerHasATurnOnTheEvenLoad() {
    Map<Integer, Long> byCustomer = countByCustomer(stream(1, 20_000, 1_000, 0));
    assertThat(byCustomer).hasSize(1_000);
    assertThat(byCustomer.values()).allMatch(count -> count < 100);
  }

  @Test
  void hotCustomersHaveHalfOfAllEvents() {
    Map<Integer, Long> byCustomer = countByCustomer(stream(1, 50_000, 5_000, 10));
    long hot = 0;
    for (int customer = 5_000; customer < 5_010; customer++) {
      assertThat(byCustomer.get(customer)).isBetween(2_000L, 3_000L);
      hot += byCustomer.get(customer);
    }
    assertThat(hot).isBetween(24_000L, 26_000L);
  }

  @Test
  void everyRecordIsTheEventThatItWasMadeOf() {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    for (BenchEvent event : all(stream(3, 5_000, 500, 0))) {
      CustomerEvent read =
          decoder
              .decode(
                  event.topic(), event.json(), new RecordPosition("bench", 0, 0, FROM + 2 * SPAN))
              .event();
      assertThat(read).isNotNull();
      assertThat(Occurrence.nameOf(read)).isEqualTo(event.name());
      assertThat(read.customerId()).isEqualTo(event.customerId());
      assertThat(read.atMillis()).isEqualTo(event.atMillis());
      assertThat(read.topic())
          .isEqualTo(event.name().startsWith("Order ") ? Topic.ORDERS : Topic.CLICKSTREAM);
    }
  }

  private static EventStream stream(long seed, long events, int customers, int hot) {
    return new EventStream(seed, events, customers, hot, FROM, SPAN);
  }

  private static Map<Integer, Long> countByCustomer(EventStream stream) {
    return all(stream).stream()
        .collect(Collectors.groupingBy(BenchEvent::customer, Collectors.counting()));
  }

  private static List<String> bytes(EventStream stream) {
    return all(stream).stream().map(event -> new String(event.json(), UTF_8)).toList();
  }

  private static List<BenchEvent> all(EventStream stream) {
    List<BenchEvent> events = new ArrayList<>();
    stream.forEachRemaining(events::add);
    return events;
  }
}
