package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.click;
import static dev.nudge.TestEvents.clicked;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.placed;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Json;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Step;
import dev.nudge.ingest.CustomerHarness.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What campaigns notice by patterns and timers of their own, and which events go on to where it is
 * decided; with and without a restart between any two steps.
 */
@ParameterizedClass
@MethodSource("ways")
class CampaignMomentsTest {
  private static final CustomerKey ZOE = new CustomerKey("zeta", "zoe");

  private static final String TWO_WISHES =
      "pattern: {steps: [{first: {event: Wished}}, {second: {event: Wished}}], within: 1 h}";
  private static final String NO_SECOND_WISH =
      "pattern: {steps: [{first: {event: Wished}}, {none: {not: Wished}}], within: 30 min}";

  @Parameter(0)
  private Backend backend;

  @Parameter(1)
  private boolean restarts;

  private Shop shop;

  static Stream<Arguments> ways() {
    return Stream.of(
        Arguments.of(Backend.HEAP, false),
        Arguments.of(Backend.HEAP, true),
        Arguments.of(Backend.ROCKSDB, true));
  }

  @BeforeEach
  void open() throws Exception {
    shop = new Shop(backend);
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
  }

  private List<String> until(long watermark) throws Exception {
    List<String> pushed = shop.pushed(watermark, "wish");
    if (restarts) {
      shop.restart();
    }
    return pushed;
  }

  private static String campaign(String trigger, String... keys) {
    return """
        kind: campaign
        tenant: acme
        id: wish
        trigger: {%s}
        channels: [PUSH]
        %s
        """
        .formatted(trigger, String.join("\n", keys));
  }

  private static CustomerEvent wish(long minute) {
    return wish(ANNA, minute);
  }

  private static CustomerEvent wish(CustomerKey who, long minute) {
    return clicked(who, minute(minute), click("Wished"));
  }

  private static long minute(long minute) {
    return START + minute * MINUTE;
  }

  // Patterns and timers

  @Test
  void matchIsAMomentOfTheCampaignsIdWithItsStepsAndIsNoAnomaly() throws Exception {
    shop.rule(1, START, campaign(TWO_WISHES));
    shop.receive(wish(0), wish(5), wish(ZOE, 0), wish(ZOE, 5));
    List<Moment> moments =
        shop.moments(minute(6)).stream().filter(moment -> moment.stageChange() == null).toList();
    assertThat(moments).hasSize(1);
    Moment moment = moments.get(0);
    assertThat(moment.kind()).isEqualTo("wish");
    assertThat(moment.customerId()).isEqualTo("anna");
    assertThat(moment.atMillis()).isEqualTo(minute(5));
    assertThat(moment.anomaly()).isNull();
    assertThat(moment.event()).isEqualTo(Occurrence.of(wish(5)));
    assertThat(moment.steps())
        .containsExactly(
            new Step("first", List.of(Occurrence.of(wish(0)))),
            new Step("second", List.of(Occurrence.of(wish(5)))));
    assertThat(moment.customer().lastSeenAt()).isEqualTo(minute(5));
    assertThat(Json.of(moment))
        .contains("\"kind\":\"wish\",\"at\":\"2026-01-05T09:05:00Z\",\"event\":{")
        .doesNotContain("evidence");
  }

  @Test
  void idFollowsFromWhatWasMatched() throws Exception {
    shop.rule(1, START, campaign(TWO_WISHES));
    shop.receive(wish(0), wish(5), wish(BERT, 0), wish(BERT, 5), wish(10), wish(15));
    List<String> ids = ids(minute(20));
    assertThat(ids).hasSize(3).doesNotHaveDuplicates();
    shop.close();
    shop = new Shop(backend);
    shop.rule(7, START - DAY, campaign(TWO_WISHES, "priority: 3"));
    shop.receive(wish(BERT, 0), wish(0), wish(10), wish(5), wish(15), wish(BERT, 5));
    assertThat(ids(minute(20))).isEqualTo(ids);
  }

  private List<String> ids(long watermark) throws Exception {
    return shop.moments(watermark).stream()
        .filter(moment -> moment.kind().equals("wish"))
        .map(Moment::id)
        .toList();
  }

  @Test
  void silenceIsToldWhenItIsOver() throws Exception {
    shop.rule(1, START, campaign(NO_SECOND_WISH));
    shop.receive(wish(0));
    assertThat(until(minute(30) - 1)).isEmpty();
    assertThat(until(minute(60))).containsExactly("anna+30m wish");
  }

  @Test
  void timerAfterTheLastOrderSpeaksAsOftenAsItSays() throws Exception {
    shop.rule(
        1,
        START,
        campaign("after: {last: Order Paid, wait: \"duration('24h')\", every: 1 days, max: 3}"));
    shop.receive(paid(ANNA, START, "o1"), paid(ANNA, START + HOUR, "o2"));
    assertThat(until(START + 2 * DAY)).containsExactly("anna+25h wish");
    assertThat(until(START + 20 * DAY)).containsExactly("anna+49h wish", "anna+73h wish");
  }

  @Test
  void momentOfATimerNamesTheEventItCountsFrom() throws Exception {
    shop.rule(1, START, campaign("after: {last: Order Paid, wait: \"duration('24h')\"}"));
    shop.receive(paid(ANNA, START, "o1"));
    assertThat(shop.moments(START + 2 * DAY))
        .filteredOn(moment -> moment.kind().equals("wish"))
        .singleElement()
        .satisfies(
            moment -> {
              assertThat(moment.event().text("orderId")).isEqualTo("o1");
              assertThat(moment.steps()).isEmpty();
              assertThat(moment.customer().orderCount()).isEqualTo(1);
            });
  }

  @Test
  void campaignsOfStagesAndAnomaliesHaveNoMomentsOfTheirOwn() throws Exception {
    shop.rule(1, START, campaign("stage: PROSPECT"));
    shop.receive(wish(0), wish(1));
    assertThat(until(minute(10))).isEmpty();
    shop.rule(2, minute(10), campaign("anomaly: ORDER_UNPAID"));
    shop.receive(placed(ANNA, minute(11), "o1"));
    assertThat(until(START + DAY)).isEmpty();
  }

  @Test
  void tenantsOwnCampaignTakesThePlaceOfEveryTenantsWhateverItWaitsFor() throws Exception {
    shop.rule(1, START, campaign(TWO_WISHES).replace("tenant: acme\n", ""));
    shop.rule(1, minute(10), campaign("stage: PROSPECT"));
    shop.receive(wish(0), wish(1), wish(10), wish(11), wish(ZOE, 10), wish(ZOE, 11));
    assertThat(until(minute(20))).containsExactly("anna+1m wish", "zoe+11m wish");
  }

  // Changes

  @Test
  void pausedCampaignStillNotices() throws Exception {
    shop.rule(1, START, campaign(TWO_WISHES, "paused: true"));
    shop.receive(wish(0), wish(5));
    assertThat(until(minute(6))).containsExactly("anna+5m wish");
  }

  @Test
  void newVersionDropsWhatTheOneBeforeHasHalfMatched() throws Exception {
    shop.rule(1, START, campaign(NO_SECOND_WISH));
    shop.receive(wish(0), wish(BERT, 21));
    assertThat(until(minute(5))).isEmpty();
    shop.rule(2, minute(20), campaign(NO_SECOND_WISH, "paused: true"));
    assertThat(until(minute(60))).containsExactly("bert+51m wish");
  }

  @Test
  void newVersionDrainsTheOneBeforeIfItSaysSo() throws Exception {
    shop.rule(1, START, campaign(NO_SECOND_WISH));
    shop.receive(wish(0), wish(BERT, 21));
    assertThat(until(minute(5))).isEmpty();
    shop.rule(2, minute(20), campaign(NO_SECOND_WISH, "onChange: DRAIN", "paused: true"));
    assertThat(until(minute(60))).containsExactly("anna+30m wish", "bert+51m wish");
  }

  @Test
  void deletedCampaignNoticesNothingMoreAndLeavesNothing() throws Exception {
    shop.rule(1, START, campaign(NO_SECOND_WISH));
    shop.receive(wish(0));
    assertThat(until(minute(5))).isEmpty();
    shop.deleteCampaign("wish");
    assertThat(until(minute(60))).isEmpty();
    assertThat(until(START + 3 * DAY)).isEmpty();
    assertThat(shop.timers()).isZero();
    assertThat(shop.ruleVersions()).isZero();
  }

  // What goes on to where it is decided

  private List<String> passedOn(long watermark) throws Exception {
    shop.watermark(watermark);
    List<String> passed =
        shop.passedOn().stream().map(record -> record.getValue().messageId()).toList();
    if (restarts) {
      shop.restart();
    }
    return passed;
  }

  @Test
  void profilesOrdersAndDeliveriesGoOnEachOnceInOrder() throws Exception {
    CustomerEvent told = profiled(ANNA, START + 2, "city", "Wien");
    CustomerEvent order = placed(ANNA, START + 2, "o1");
    CustomerEvent paid = paid(ANNA, START + 3, "o1");
    shop.receive(paid, order, told, delivered(ANNA, START + 2), viewed(ANNA, START + 2));
    shop.receive(as("copy", order), as("again", paid), order, paid, erased(ANNA, START + 4));
    assertThat(passedOn(START + 2))
        .containsExactly("profile@" + (START + 2), "copy", "o1-PLACED", "delivery@" + (START + 2));
    assertThat(passedOn(START + 5)).containsExactly("again", "profile@" + (START + 4));
    shop.receive(as("late", paid));
    assertThat(passedOn(START + 6)).isEmpty();
  }

  @Test
  void eventGoesOnWithoutItsBytesAndWithAllElse() throws Exception {
    CustomerEvent paid = paid(ANNA, START, "o1", "12.5", "p1");
    shop.receive(paid);
    shop.watermark(START);
    assertThat(shop.passedOn())
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.getTimestamp()).isEqualTo(START);
              assertThat(record.getValue())
                  .usingRecursiveComparison()
                  .ignoringFields("raw")
                  .isEqualTo(paid);
              assertThat(record.getValue().raw()).isEmpty();
            });
  }

  @Test
  void clicksGoOnThatACampaignInForceNames() throws Exception {
    shop.rule(1, START, campaign("stage: PROSPECT", "cancelOn: [Wished]"));
    shop.rule(
        1,
        minute(10),
        campaign("stage: PROSPECT", "conversion: {goal: Signed Up, windows: [1 days]}")
            .replace("id: wish", "id: other"));
    for (int minute : new int[] {-1, 1, 11}) {
      shop.receive(wish(minute), wish(ZOE, minute), viewed(ANNA, minute(minute)));
      shop.receive(clicked(ANNA, minute(minute), click("Signed Up")));
    }
    assertThat(passedOn(minute(20)))
        .containsExactly("Wished@" + minute(1), "Signed Up@" + minute(11), "Wished@" + minute(11));
  }

  @Test
  void viewsAndCartsGoOnWhereProductsAreRecommended() throws Exception {
    shop.receive(viewed(ANNA, minute(0)));
    shop.rule(
        1, minute(1), campaign("stage: PROSPECT", "recommend: {products: 4, by: [OWN_VIEWS]}"));
    shop.receive(viewed(ANNA, minute(2)), viewed(ZOE, minute(2)));
    shop.receive(clicked(ANNA, minute(3), click("Product Added")), wish(4));
    assertThat(passedOn(minute(20)))
        .containsExactly("Product Viewed@" + minute(2), "Product Added@" + minute(3));
  }

  @Test
  void clicksGoOnWhileTheVersionThatNamedThemCanHaveCandidates() throws Exception {
    String goal = "conversion: {goal: Signed Up, windows: [1 days]}";
    shop.rule(1, START, campaign("stage: PROSPECT", "cancelOn: [Wished]", goal));
    assertThat(passedOn(minute(5))).isEmpty();
    shop.rule(2, minute(10), campaign("stage: PROSPECT", "delay: 1 h"));
    shop.receive(wish(20));
    assertThat(passedOn(minute(30))).containsExactly("Wished@" + minute(20));
    // Its last candidate waits for seven days at most, and holds a customer for a day.
    assertThat(passedOn(minute(10) + 8 * DAY)).isEmpty();
    shop.rule(3, START, campaign("stage: PROSPECT"));
    shop.receive(clicked(ANNA, minute(20) + 8 * DAY, click("Wished")));
    assertThat(passedOn(minute(30) + 8 * DAY)).isEmpty();
    shop.deleteCampaign("wish");
    assertThat(shop.ruleVersions()).isZero();
  }

  /** So that whoever reads both, up to a watermark, misses nothing. */
  @Test
  void nothingComesBehindTheWatermarkOfItsInstant() throws Exception {
    shop.rule(1, START, campaign(NO_SECOND_WISH, "cancelOn: [Wished]"));
    List<StreamRecord<CustomerEvent>> passed = new ArrayList<>();
    long before = START - 1;
    for (int step = 1; step <= 20; step++) {
      long next = minute(step * 7L);
      shop.receive(wish(step * 7L), wish(BERT, step * 7L - 3), paid(ANNA, next, "o" + step));
      shop.watermark(next);
      for (StreamRecord<CustomerEvent> record : shop.passedOn()) {
        assertThat(record.getTimestamp())
            .isEqualTo(record.getValue().atMillis())
            .isBetween(before + 1, next);
        passed.add(record);
      }
      before = next;
    }
    assertThat(passed).hasSize(60);
    long watermark = Long.MIN_VALUE;
    int moments = 0;
    for (Object each : shop.stream()) {
      if (each instanceof Watermark mark) {
        watermark = mark.getTimestamp();
      } else if (each instanceof StreamRecord<?> record) {
        assertThat(record.getTimestamp()).isGreaterThan(watermark);
        moments++;
      }
    }
    assertThat(moments).isGreaterThan(20);
  }
}
