package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.clicked;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.event;
import static dev.nudge.TestEvents.order;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.LifecyclePolicy;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RecoverTo;
import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Features;
import dev.nudge.event.Moment;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.StageChange;
import dev.nudge.event.Value;
import dev.nudge.ingest.CustomerHarness;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.ingest.IngestConfig;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of a customer, event by event and by silence alone. */
@ParameterizedClass
@EnumSource(Backend.class)
class DetectFunctionTest {
  private static final IngestConfig INGEST = IngestConfig.from(new Configuration());

  private final Backend backend;
  private CustomerHarness<DefinitionVersion, Moment> harness;
  private List<Moment> moments = List.of();

  DetectFunctionTest(Backend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void start() throws Exception {
    harness = CustomerHarness.start(new DetectFunction(), INGEST, backend);
    harness.endOfDefinitions();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void whoClicksOrOrdersWithoutPayingIsAProspectOnce() throws Exception {
    harness.receive(viewed(ANNA, START), viewed(ANNA, START + 1), placed(ANNA, START + 2, "o1"));
    harness.receive(placed(BERT, START + 3, "o1"), viewed(BERT, START + 4));
    assertThat(changes(START + DAY))
        .containsExactly("anna+0 null>PROSPECT 0/0", "bert+3 null>PROSPECT 0/0");
  }

  @Test
  void whoOnlyCancelsRefundsOrIsToldOfHasNoStage() throws Exception {
    harness.receive(
        cancelled(ANNA, START, "o1"),
        refunded(ANNA, START + 1, "o1", "5"),
        profiled(ANNA, START + 2, "city", "Wien"),
        delivered(ANNA, START + 3));
    assertThat(changes(START + 400 * DAY)).isEmpty();
  }

  @Test
  void dormantAndLostFireWithoutAnyFurtherEvent() throws Exception {
    harness.receive(viewed(ANNA, START - 1), paid(ANNA, START, "o1"));
    assertThat(changes(START + 30 * DAY - 1))
        .containsExactly("anna-1 null>PROSPECT 0/0", "anna+0 PROSPECT>NEW 1/1");
    assertThat(changes(START + 30 * DAY)).containsExactly("anna+30d NEW>DORMANT 1/1");
    assertThat(changes(START + 90 * DAY - 1)).isEmpty();
    assertThat(changes(START + 90 * DAY)).containsExactly("anna+90d DORMANT>LOST 1/1");
    assertThat(changes(START + 4000 * DAY)).isEmpty();
  }

  @Test
  void wholeLifeInOneLeapOfTheWatermarkIsTheSame() throws Exception {
    harness.receive(
        paid(ANNA, START + 200 * DAY, "o2"), paid(ANNA, START, "o1"), viewed(ANNA, START - 1));
    assertThat(changes(START + 400 * DAY))
        .containsExactly(
            "anna-1 null>PROSPECT 0/0",
            "anna+0 PROSPECT>NEW 1/1",
            "anna+30d NEW>DORMANT 1/1",
            "anna+90d DORMANT>LOST 1/1",
            "anna+200d LOST>NEW 2/1",
            "anna+230d NEW>DORMANT 2/1",
            "anna+290d DORMANT>LOST 2/1");
  }

  @Test
  void orderExactlyAtTheDormantInstantIsInTime() throws Exception {
    harness.receive(paid(ANNA, START, "o1"), paid(ANNA, START + 30 * DAY, "o2"));
    harness.receive(paid(BERT, START, "o1"), paid(BERT, START + 30 * DAY + 1, "o2"));
    assertThat(changes(START + 31 * DAY))
        .containsExactly(
            "anna+0 null>NEW 1/1",
            "anna+30d NEW>GROWING 1/2",
            "bert+0 null>NEW 1/1",
            "bert+30d NEW>DORMANT 1/1",
            "bert+" + (30 * DAY + 1) + " DORMANT>GROWING 1/2");
    assertThat(changes(START + 60 * DAY)).containsExactly("anna+60d GROWING>DORMANT 1/2");
  }

  @Test
  void orderExactlyAtTheLostInstantIsInTime() throws Exception {
    harness.receive(paid(ANNA, START, "o1"), paid(ANNA, START + 90 * DAY, "o2"));
    harness.receive(paid(BERT, START, "o1"), paid(BERT, START + 90 * DAY + 1, "o2"));
    assertThat(changes(START + 91 * DAY))
        .containsExactly(
            "anna+0 null>NEW 1/1",
            "anna+30d NEW>DORMANT 1/1",
            "anna+90d DORMANT>GROWING 1/2",
            "bert+0 null>NEW 1/1",
            "bert+30d NEW>DORMANT 1/1",
            "bert+90d DORMANT>LOST 1/1",
            "bert+" + (90 * DAY + 1) + " LOST>NEW 2/1");
  }

  @Test
  void otherEventsAtTheDueInstantDoNotHoldSilenceUp() throws Exception {
    harness.receive(
        paid(ANNA, START, "o1"),
        viewed(ANNA, START + 30 * DAY),
        placed(ANNA, START + 30 * DAY, "o2"),
        as("again", paid(ANNA, START + 30 * DAY, "o1")));
    assertThat(changes(START + 30 * DAY))
        .containsExactly("anna+0 null>NEW 1/1", "anna+30d NEW>DORMANT 1/1");
    assertThat(moments.get(1).customer().lastSeenAt()).isEqualTo(START + 30 * DAY);
  }

  @Test
  void latePaymentMovesNothing() throws Exception {
    harness.receive(paid(ANNA, START, "o1"));
    assertThat(changes(START + 30 * DAY)).hasSize(2);
    harness.receive(paid(ANNA, START + 30 * DAY, "o2"));
    assertThat(changes(START + 89 * DAY)).isEmpty();
    assertThat(harness.counted("late")).isEqualTo(1);
    assertThat(changes(START + 90 * DAY)).containsExactly("anna+90d DORMANT>LOST 1/1");
  }

  /** Whoever waits for a trigger waits from then on. */
  @Test
  void aMomentTellsWhenTheNewestOfItsRecordsArrivedAndOneOfTimeAloneNothing() throws Exception {
    harness.receive(paid(ANNA, START, "o1").arrived(START + 40));
    assertThat(changes(START + 30 * DAY)).hasSize(2);

    assertThat(moments).extracting(Moment::arrivedMillis).containsExactly(START + 40, 0L);
  }

  @Test
  void copyAndSecondPaymentCountNothing() throws Exception {
    harness.receive(
        paid(ANNA, START, "o1"), paid(ANNA, START, "o1"), as("m", paid(ANNA, START + 1, "o1")));
    assertThat(changes(START + DAY)).containsExactly("anna+0 null>NEW 1/1");
    harness.receive(paid(ANNA, START + 2 * DAY, "o2"));
    assertThat(changes(START + 2 * DAY)).containsExactly("anna+2d NEW>GROWING 1/2");
  }

  @Test
  void ordersOfOneInstantCountOneByOne() throws Exception {
    harness.receive(
        paid(ANNA, START, "o4"),
        paid(ANNA, START, "o2"),
        paid(ANNA, START, "o1"),
        paid(ANNA, START, "o3"));
    assertThat(changes(START))
        .containsExactly(
            "anna+0 null>NEW 1/1", "anna+0 NEW>GROWING 1/2", "anna+0 GROWING>STABLE 1/4");
  }

  @Test
  void dormantAndLostOfOneInstantBothFire() throws Exception {
    define(version(1, START - DAY, 45, 45));
    harness.receive(paid(ANNA, START, "o1"));
    assertThat(changes(START + 45 * DAY))
        .containsExactly(
            "anna+0 null>NEW 1/1", "anna+45d NEW>DORMANT 1/1", "anna+45d DORMANT>LOST 1/1");
    assertThat(moments.stream().map(Moment::id)).doesNotHaveDuplicates();
  }

  // Policies

  @Test
  void timersThatAreSetKeepTheirThresholdsAndTheNextOrderTakesTheNewOnes() throws Exception {
    harness.receive(paid(ANNA, START, "o1"), paid(BERT, START, "o1"));
    assertThat(changes(START)).hasSize(2);
    define(version(1, START + DAY, 10, 20));
    harness.receive(paid(BERT, START + DAY, "o2"));
    assertThat(changes(START + 29 * DAY))
        .containsExactly(
            "bert+1d NEW>GROWING 1/2", "bert+11d GROWING>DORMANT 1/2", "bert+21d DORMANT>LOST 1/2");
    assertThat(changes(START + 30 * DAY)).containsExactly("anna+30d NEW>DORMANT 1/1");
    harness.receive(paid(ANNA, START + 31 * DAY, "o2"));
    assertThat(changes(START + 60 * DAY))
        .containsExactly(
            "anna+31d DORMANT>GROWING 1/2",
            "anna+41d GROWING>DORMANT 1/2",
            "anna+51d DORMANT>LOST 1/2");
  }

  @Test
  void longerThresholdsMoveTheNextTimersOut() throws Exception {
    harness.receive(paid(ANNA, START, "o1"));
    assertThat(changes(START)).hasSize(1);
    define(version(1, START, 100, 200));
    harness.receive(paid(ANNA, START + DAY, "o2"));
    assertThat(changes(START + 101 * DAY - 1)).containsExactly("anna+1d NEW>GROWING 1/2");
    assertThat(changes(START + 201 * DAY))
        .containsExactly("anna+101d GROWING>DORMANT 1/2", "anna+201d DORMANT>LOST 1/2");
  }

  @Test
  void policyGovernsFromItsTimeOnForThatTenantOnly() throws Exception {
    CustomerKey other = new CustomerKey("zeta", "anna");
    define(version(1, START + 1, 10, 20));
    harness.receive(
        paid(ANNA, START, "o1"), paid(BERT, START + 1, "o1"), paid(other, START + 1, "o1"));
    assertThat(changes(START + 29 * DAY))
        .containsExactlyInAnyOrder(
            "anna+0 null>NEW 1/1",
            "anna+1 null>NEW 1/1",
            "bert+1 null>NEW 1/1",
            "bert+" + (10 * DAY + 1) + " NEW>DORMANT 1/1",
            "bert+" + (20 * DAY + 1) + " DORMANT>LOST 1/1");
  }

  @Test
  void policyForEveryTenantHoldsForWhoHasNone() throws Exception {
    define(new PolicyVersion(null, 0, Long.MIN_VALUE, policy(null, 10, 20), false));
    define(version(1, START - DAY, 40, 50));
    CustomerKey other = new CustomerKey("zeta", "anna");
    harness.receive(paid(ANNA, START, "o1"), paid(other, START, "o1"));
    changes(START + 60 * DAY);
    assertThat(moments)
        .extracting(
            m -> m.tenant() + " " + m.stageChange().to() + " " + (m.atMillis() - START) / DAY)
        .containsExactlyInAnyOrder(
            "acme NEW 0",
            "zeta NEW 0",
            "zeta DORMANT 10",
            "zeta LOST 20",
            "acme DORMANT 40",
            "acme LOST 50");
  }

  @Test
  void deletedPolicyGivesWayToTheBuiltInOne() throws Exception {
    define(version(1, START - DAY, 10, 20));
    harness.watermark(START - 1);
    define(new PolicyVersion("acme", 0, 0, null, true));
    harness.receive(paid(ANNA, START, "o1"));
    assertThat(changes(START + 30 * DAY))
        .containsExactly("anna+0 null>NEW 1/1", "anna+30d NEW>DORMANT 1/1");
  }

  @Test
  void policyAndCustomersOutliveARestart() throws Exception {
    define(version(1, START - DAY, 10, 20));
    harness.receive(paid(ANNA, START, "o1"), paid(BERT, START + 2 * DAY, "o1"));
    assertThat(changes(START + DAY)).containsExactly("anna+0 null>NEW 1/1");
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    harness.close();
    harness = CustomerHarness.restore(snapshot, new DetectFunction(), INGEST, backend, 1, 1, 0);
    assertThat(changes(START + 20 * DAY))
        .containsExactly(
            "anna+10d NEW>DORMANT 1/1",
            "anna+20d DORMANT>LOST 1/1",
            "bert+2d null>NEW 1/1",
            "bert+12d NEW>DORMANT 1/1");
  }

  @Test
  void ordersInAnotherCurrencyAreStepsOfTheLifeButAddUpToNothing() throws Exception {
    define(
        new PolicyVersion(
            "acme",
            1,
            START - DAY,
            new Policy("acme", "UTC", "CNY", LifecyclePolicy.DEFAULT),
            false));
    harness.receive(
        event(ANNA, START, order("o1", OrderStatus.PAID, "USD", "5")),
        event(ANNA, START + 1, order("o2", OrderStatus.PAID, "CNY", "7")));
    assertThat(changes(START + 1)).containsExactly("anna+0 null>NEW 1/1", "anna+1 NEW>GROWING 1/2");
    assertThat(moments.get(0).customer().orderCount()).isZero();
    assertThat(moments.get(0).customer().lastOrderAt()).isNull();
    assertThat(moments.get(1).customer().orderSumUnits()).isEqualTo(70_000);
    assertThat(moments.get(1).customer().lifeOrderCount()).isEqualTo(1);
  }

  // Features

  @Test
  void momentCarriesTheFeaturesAfterIt() throws Exception {
    harness.receive(
        profiled(ANNA, START - 2 * DAY, "city", "Wien", "timezone", "Asia/Shanghai"),
        profiled(ANNA, START - DAY, "city", "Graz"),
        clicked(
            ANNA,
            START - HOUR,
            new Click(
                Click.PRODUCT_VIEWED,
                null,
                Map.of("productId", Value.string("p1"), "category", Value.string("Tee")))),
        paid(ANNA, START, "o1", "12.50", "p2"));
    changes(START + 30 * DAY);
    Features prospect = moments.get(0).customer();
    assertThat(prospect.orderCount()).isZero();
    assertThat(prospect.viewCount7d()).isEqualTo(1);
    assertThat(prospect.bestHour()).isEqualTo(16);
    assertThat(prospect.attributes()).containsEntry("city", Value.string("Graz")).hasSize(2);
    Features fresh = moments.get(1).customer();
    assertThat(fresh.orderSumUnits()).isEqualTo(125_000);
    assertThat(fresh.lastBoughtProducts()).containsExactly("p2");
    assertThat(fresh.daysSinceOrder()).isZero();
    assertThat(fresh.favouriteCategories()).containsExactly("Tee");
    Features dormant = moments.get(2).customer();
    assertThat(dormant.stage()).isEqualTo(moments.get(2).stageChange().to());
    assertThat(dormant.daysSinceOrder()).isEqualTo(30);
    assertThat(dormant.daysSinceSeen()).isEqualTo(30);
    assertThat(dormant.orders30d()).isZero();
    assertThat(dormant.orders90d()).isEqualTo(1);
    assertThat(dormant.viewCount7d()).isZero();
  }

  @Test
  void hundredAttributesAreKeptAndKnownOnesStillChange() throws Exception {
    for (int i = 0; i < Customer.MAX_ATTRIBUTES + 5; i++) {
      harness.receive(profiled(ANNA, START + i, "a" + i, "1"));
    }
    harness.receive(profiled(ANNA, START + HOUR, "a0", "2"), viewed(ANNA, START + HOUR));
    changes(START + HOUR);
    assertThat(moments.get(0).customer().attributes())
        .hasSize(100)
        .containsEntry("a0", Value.string("2"))
        .containsKey("a99")
        .doesNotContainKey("a100");
  }

  @Test
  void unknownZoneOfACustomerIsAsGoodAsNone() throws Exception {
    for (String zone : List.of("Atlantis/Capital", "", "\ud83d\ude00", "+99:00")) {
      harness.receive(as(zone, profiled(ANNA, START, "timezone", zone)));
    }
    harness.receive(viewed(ANNA, START));
    changes(START);
    assertThat(moments.get(0).customer().bestHour()).isEqualTo(9);
  }

  // State

  @Test
  void erasedCustomerLeavesNothing() throws Exception {
    harness.receive(
        viewed(ANNA, START),
        paid(ANNA, START, "o1"),
        profiled(ANNA, START, "city", "Wien"),
        erased(ANNA, START + DAY));
    assertThat(changes(START + 200 * DAY)).containsExactly("anna+0 null>NEW 1/1");
    assertThat(harness.stateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void erasedCustomerStartsAnew() throws Exception {
    harness.receive(
        paid(ANNA, START, "o1"), erased(ANNA, START + DAY), paid(ANNA, START + DAY, "o2"));
    assertThat(changes(START + 31 * DAY))
        .containsExactly("anna+0 null>NEW 1/1", "anna+1d null>NEW 1/1", "anna+31d NEW>DORMANT 1/1");
  }

  @Test
  void customerWithDeliveriesOnlyHasFeaturesButNoStageAndNoTimer() throws Exception {
    harness.receive(delivered(ANNA, START), delivered(ANNA, START + 1, DeliveryStatus.SENT));
    assertThat(changes(START + DAY + HOUR)).isEmpty();
    assertThat(harness.numEventTimeTimers()).isZero();
    assertThat(harness.stateEntries()).isEqualTo(1);
    harness.receive(viewed(ANNA, START + 2 * DAY));
    assertThat(changes(START + 2 * DAY)).hasSize(1);
    assertThat(moments.get(0).customer().sent30d()).isEqualTo(1);
    assertThat(moments.get(0).customer().clicked30d()).isZero();
  }

  @Test
  void erasedCustomerWhoComesBackAtOnceHasNothingOfBefore() throws Exception {
    harness.receive(profiled(ANNA, START, "city", "Wien"));
    changes(START);
    // As many inputs as before, of another life.
    harness.receive(erased(ANNA, START + 1), profiled(ANNA, START + 2, "region", "West"));
    changes(START + 2);
    harness.receive(viewed(ANNA, START + 3));
    changes(START + 3);
    assertThat(moments.get(0).customer().attributes()).containsOnlyKeys("region");
  }

  @Test
  void lostCustomerSetsNoTimerAndKeepsOneEntryAndTheOrdersPaid() throws Exception {
    harness.receive(paid(ANNA, START, "o1"), paid(ANNA, START + 1, "o2"));
    changes(START + 400 * DAY);
    assertThat(harness.numEventTimeTimers()).isZero();
    // The customer, and two orders that can't be paid again.
    assertThat(harness.stateEntries()).isEqualTo(backend == Backend.HEAP ? 2 : 3);
  }

  @Test
  void frequentBuyerSetsOneTimer() throws Exception {
    for (int i = 0; i < 100; i++) {
      CustomerEvent order = paid(ANNA, START + i, "o" + i);
      harness.receive(order);
      changes(START + i);
    }
    assertThat(harness.numEventTimeTimers()).isEqualTo(1);
  }

  /** What was said up to a watermark, customer by customer; each one's in the order it was said. */
  private void define(PolicyVersion policy) throws Exception {
    harness.define(DefinitionVersion.of(policy));
  }

  private List<String> changes(long watermark) throws Exception {
    harness.watermark(watermark);
    // What is unusual about these customers, other tests tell.
    moments = harness.said().stream().filter(moment -> moment.stageChange() != null).toList();
    return moments.stream()
        .map(Moment::stageChange)
        .sorted(Comparator.comparing(StageChange::customerId))
        .map(DetectFunctionTest::line)
        .toList();
  }

  private static String line(StageChange change) {
    long after = change.atMillis() - START;
    String at = after != 0 && after % DAY == 0 ? "+" + after / DAY + "d" : "%+d".formatted(after);
    return "%s%s %s>%s %d/%d"
        .formatted(
            change.customerId(),
            at,
            change.from(),
            change.to(),
            change.life(),
            change.orderCount());
  }

  private static PolicyVersion version(int version, long effectiveAt, int dormant, int lost) {
    return new PolicyVersion("acme", version, effectiveAt, policy("acme", dormant, lost), false);
  }

  private static Policy policy(String tenant, int dormant, int lost) {
    return new Policy(
        tenant, "UTC", null, new LifecyclePolicy(dormant, lost, 4, 7, RecoverTo.BY_COUNT));
  }
}
