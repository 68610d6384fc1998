package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerKey;
import dev.nudge.event.Moment;
import dev.nudge.ingest.CustomerHarness.Backend;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * When campaigns push by themselves: to whom, when by whose clock, and once. The story begins on
 * Monday at 09:00 UTC; with and without a restart between any two steps.
 */
@ParameterizedClass
@MethodSource("ways")
class TimetableMomentsTest {
  private static final CustomerKey CARL = new CustomerKey("acme", "carl");
  private static final CustomerKey ZOE = new CustomerKey("zeta", "zoe");
  private static final String SHANGHAI = "Asia/Shanghai";
  private static final String NEW_YORK = "America/New_York";

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
    List<String> pushed = shop.pushed(watermark, "push", "other");
    if (restarts) {
      shop.restart();
    }
    return pushed;
  }

  private static String at(String schedule) {
    return campaign("push", "schedule: \"" + schedule + "\"");
  }

  private static String every(String cron) {
    return campaign("push", "every: \"" + cron + "\"");
  }

  private static String campaign(String id, String trigger) {
    return """
        kind: campaign
        tenant: acme
        id: %s
        trigger: {%s}
        channels: [PUSH]
        """
        .formatted(id, trigger);
  }

  private static long utc(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }

  /** The instants of the moments up to a watermark. */
  private List<String> instants(long watermark) throws Exception {
    List<String> instants =
        shop.moments(watermark).stream()
            .filter(moment -> moment.kind().equals("push"))
            .map(moment -> Instant.ofEpochMilli(moment.atMillis()).toString())
            .toList();
    if (restarts) {
      shop.restart();
    }
    return instants;
  }

  // To whom

  @Test
  void instantComesToEverybodySeenByThenAndToNobodyElse() throws Exception {
    shop.rule(1, START, at("2026-01-05T20:00+08:00"));
    shop.receive(viewed(ANNA, START), viewed(BERT, START + 3 * HOUR), viewed(ZOE, START));
    shop.receive(viewed(CARL, START + 3 * HOUR + 1));
    assertThat(until(START + 3 * HOUR - 1)).isEmpty();
    assertThat(until(START + 3 * HOUR)).containsExactly("anna+3h push", "bert+3h push");
    assertThat(until(START + 30 * DAY)).isEmpty();
  }

  @Test
  void whoeverIsKnownByProfileAloneIsSeen() throws Exception {
    shop.rule(1, START, at("2026-01-05T12:00"));
    shop.receive(profiled(ANNA, START, "city", "Wien"));
    assertThat(until(START + DAY)).containsExactly("anna+3h push");
  }

  @Test
  void momentHasTheFeaturesBehindTheEventsOfItsInstant() throws Exception {
    shop.rule(1, START, at("2026-01-05T12:00"));
    shop.receive(paid(ANNA, START, "o1"), paid(ANNA, START + 3 * HOUR, "o2"));
    List<Moment> moments =
        shop.moments(START + DAY).stream().filter(m -> m.kind().equals("push")).toList();
    assertThat(moments).hasSize(1);
    Moment moment = moments.get(0);
    assertThat(moment.atMillis()).isEqualTo(START + 3 * HOUR);
    assertThat(moment.customer().orderCount()).isEqualTo(2);
    assertThat(moment.event()).isNull();
    assertThat(moment.steps()).isEmpty();
    assertThat(moment.anomaly()).isNull();
    assertThat(moment.stageChange()).isNull();
    assertThat(moment.id()).hasSize(64);
  }

  @Test
  void erasedCustomerIsNobodyUntilSeenAgain() throws Exception {
    shop.rule(1, START, every("0 * * * *"));
    shop.receive(viewed(ANNA, START + 1), erased(ANNA, START + 2), viewed(BERT, START + 1));
    shop.receive(erased(BERT, START + HOUR + 1), viewed(BERT, START + 3 * HOUR));
    assertThat(until(START + 3 * HOUR)).containsExactly("bert+1h push", "bert+3h push");
  }

  @Test
  void everyTenantsCampaignGivesWayToATenantsOwn() throws Exception {
    shop.rule(1, START, at("2026-01-05T12:00").replace("tenant: acme\n", ""));
    shop.rule(1, START, at("2026-01-05T13:00"));
    shop.receive(viewed(ANNA, START), viewed(ZOE, START));
    assertThat(until(START + DAY)).containsExactly("anna+4h push", "zoe+3h push");
  }

  // Whose clock

  @Test
  void localTimeIsToldByTheCustomersClockElseByTheTenants() throws Exception {
    shop.policy("acme", 1, Long.MIN_VALUE, "zone: Europe/Berlin");
    shop.rule(1, START, at("2026-01-05T18:00"));
    shop.receive(
        profiled(ANNA, START, "timezone", SHANGHAI),
        viewed(BERT, START),
        profiled(CARL, START, "timezone", "Mars/Base"));
    assertThat(until(START + DAY)).containsExactly("anna+1h push", "bert+8h push", "carl+8h push");
  }

  @Test
  void weeklyTimeComesEveryWeekInOneLeapOrInMany() throws Exception {
    shop.rule(1, START, every("0 10 * * MON"));
    shop.receive(viewed(ANNA, START));
    assertThat(instants(START + 15 * DAY))
        .containsExactly("2026-01-05T10:00:00Z", "2026-01-12T10:00:00Z", "2026-01-19T10:00:00Z");
    shop.receive(viewed(ANNA, START + 20 * DAY));
    assertThat(instants(START + 20 * DAY)).isEmpty();
    assertThat(instants(START + 22 * DAY)).containsExactly("2026-01-26T10:00:00Z");
  }

  @Test
  void timeThatTheClockSkipsInSpringComesLaterAndOnce() throws Exception {
    shop.policy("acme", 1, Long.MIN_VALUE, "zone: Europe/Berlin");
    long from = utc("2026-03-28T00:00:00Z");
    shop.rule(1, from, every("30 2 * * *"));
    shop.receive(viewed(ANNA, from));
    assertThat(instants(from + DAY)).containsExactly("2026-03-28T01:30:00Z");
    assertThat(instants(utc("2026-03-29T01:10:00Z"))).isEmpty();
    assertThat(instants(from + 3 * DAY))
        .containsExactly("2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
  }

  @Test
  void timeThatTheClockShowsTwiceInAutumnComesAtTheFirst() throws Exception {
    shop.policy("acme", 1, Long.MIN_VALUE, "zone: Europe/Berlin");
    long from = utc("2026-10-24T12:00:00Z");
    shop.rule(1, from, every("45 2 * * *"));
    shop.rule(1, from, campaign("other", "schedule: \"2026-10-25T01:15:00Z\""));
    shop.receive(viewed(ANNA, from), viewed(BERT, utc("2026-10-25T01:10:00Z")));
    assertThat(shop.moments(utc("2026-10-26T12:00:00Z")))
        .filteredOn(moment -> moment.stageChange() == null)
        .extracting(
            moment ->
                moment.customerId()
                    + " "
                    + Instant.ofEpochMilli(moment.atMillis())
                    + " "
                    + moment.kind())
        .containsExactly(
            "anna 2026-10-25T00:45:00Z push",
            "anna 2026-10-25T01:15:00Z other",
            "anna 2026-10-26T01:45:00Z push",
            "bert 2026-10-25T01:15:00Z other",
            "bert 2026-10-26T01:45:00Z push");
  }

  // A clock that is put forward or back

  @Test
  void timeThatANewZoneSkipsComesAtOnce() throws Exception {
    shop.rule(1, START - DAY, at("2026-01-05T10:00"));
    shop.receive(profiled(ANNA, START - 12 * HOUR, "timezone", NEW_YORK));
    assertThat(until(START)).isEmpty();
    // From 06:00 to 19:00.
    shop.receive(profiled(ANNA, START + 2 * HOUR, "timezone", SHANGHAI));
    assertThat(until(START + 3 * HOUR)).containsExactly("anna+2h push");
    shop.receive(profiled(ANNA, START + 4 * HOUR, "timezone", NEW_YORK));
    assertThat(until(START + 3 * DAY)).isEmpty();
  }

  @Test
  void timeThatANewZoneShowsAgainIsOver() throws Exception {
    shop.rule(1, START - DAY, at("2026-01-05T18:00"));
    shop.rule(1, START - DAY, campaign("other", "every: \"0 18 * * *\""));
    shop.receive(profiled(ANNA, START, "timezone", SHANGHAI));
    assertThat(until(START + HOUR)).containsExactly("anna+1h other", "anna+1h push");
    // From 19:00 to 06:00; 18:00 is 14 hours from +1h, and on the next day.
    shop.receive(profiled(ANNA, START + 2 * HOUR, "timezone", NEW_YORK));
    assertThat(until(START + 2 * DAY)).containsExactly("anna+38h other");
  }

  @Test
  void instantComesOnceWhateverTheZone() throws Exception {
    shop.rule(1, START - DAY, at("2026-01-05T10:00Z"));
    shop.receive(profiled(ANNA, START, "timezone", NEW_YORK), viewed(BERT, START));
    assertThat(until(START + HOUR)).containsExactly("anna+1h push", "bert+1h push");
    shop.receive(profiled(ANNA, START + 2 * HOUR, "timezone", SHANGHAI));
    shop.receive(profiled(BERT, START + 2 * HOUR, "timezone", NEW_YORK));
    assertThat(until(START + 2 * DAY)).isEmpty();
  }

  @Test
  void zoneThatIsToldLaterBringsNothingFromBeforeTheCustomerWasSeen() throws Exception {
    // 12:00 in Shanghai was at 04:00 UTC.
    shop.rule(1, START - DAY, at("2026-01-05T12:00"));
    shop.receive(viewed(ANNA, START), profiled(ANNA, START + MINUTE, "timezone", SHANGHAI));
    assertThat(until(START + 3 * DAY)).isEmpty();
  }

  @Test
  void tenantsNewZoneIsTheClockOfWhoeverHasNoneOfTheirOwn() throws Exception {
    shop.policy("acme", 1, START - DAY, "zone: " + NEW_YORK);
    shop.rule(1, START - DAY, at("2026-01-05T10:00"));
    shop.rule(1, START - DAY, campaign("other", "every: \"30 9 * * *\""));
    shop.receive(viewed(ANNA, START - DAY), profiled(BERT, START - DAY, "timezone", NEW_YORK));
    assertThat(until(START)).containsExactly("anna-1110m other", "bert-1110m other");
    // At 06:00 in New York it is 19:00 in Shanghai.
    shop.policy("acme", 2, START + 2 * HOUR, "zone: " + SHANGHAI);
    assertThat(until(START + HOUR)).isEmpty();
    assertThat(until(START + 12 * HOUR))
        .containsExactly("anna+2h other", "anna+2h push", "bert+330m other", "bert+6h push");
    assertThat(until(START + 17 * HOUR)).containsExactly("anna+990m other");
  }

  // Versions

  @Test
  void versionGovernsTheTimesOfItsSpan() throws Exception {
    shop.rule(1, START, every("0 * * * *"));
    shop.rule(2, START + 2 * HOUR, every("30 * * * *"));
    shop.receive(viewed(ANNA, START + 1));
    assertThat(until(START + 4 * HOUR))
        .containsExactly("anna+1h push", "anna+150m push", "anna+210m push");
  }

  @Test
  void newVersionOfTheSameTimesPushesNobodyTwice() throws Exception {
    shop.rule(1, START, at("2026-01-05T12:00"));
    shop.receive(viewed(ANNA, START));
    assertThat(until(START + 3 * HOUR)).containsExactly("anna+3h push");
    shop.rule(2, START, at("2026-01-05T12:00") + "priority: 3\n");
    assertThat(until(START + 4 * HOUR)).isEmpty();
    shop.rule(3, START + 5 * HOUR, at("2026-01-05T15:00"));
    assertThat(until(START + DAY)).containsExactly("anna+6h push");
  }

  @Test
  void timeOfTheInstantOfAChangeComesOnce() throws Exception {
    shop.rule(1, START, at("2026-01-05T12:00"));
    shop.receive(viewed(ANNA, START));
    assertThat(until(START + HOUR)).isEmpty();
    shop.rule(2, START + 3 * HOUR, at("2026-01-05T12:00") + "paused: true\n");
    assertThat(until(START + 2 * HOUR)).isEmpty();
    assertThat(until(START + DAY)).containsExactly("anna+3h push");
  }

  @Test
  void timeBeforeTheVersionHeldIsNobodys() throws Exception {
    shop.receive(viewed(ANNA, START));
    assertThat(until(START + 4 * HOUR)).isEmpty();
    shop.rule(1, START, at("2026-01-05T12:00"));
    assertThat(until(START + DAY)).isEmpty();
  }

  @Test
  void deletedCampaignPushesNobodyAndLeavesNothing() throws Exception {
    shop.receive(viewed(ANNA, START));
    shop.rule(1, START, at("2026-01-20T12:00"));
    assertThat(until(START + 3 * DAY)).isEmpty();
    assertThat(until(START + 3 * DAY + 1)).isEmpty();
    assertThat(shop.timers()).isEqualTo(1);
    shop.deleteCampaign("push");
    assertThat(until(START + 3 * DAY + 2)).isEmpty();
    assertThat(until(START + 30 * DAY)).isEmpty();
    assertThat(shop.timers()).isZero();
    assertThat(shop.ruleVersions()).isZero();
  }

  @Test
  void erasedCustomerLeavesNothing() throws Exception {
    shop.rule(1, START, every("0 * * * *"));
    shop.receive(viewed(ANNA, START + 1), erased(ANNA, START + HOUR + 1));
    assertThat(until(START + 2 * HOUR)).containsExactly("anna+1h push");
    assertThat(until(START + 3 * DAY)).isEmpty();
    assertThat(shop.timers()).isZero();
    assertThat(shop.stateEntries()).isZero();
  }

  // Those who do not come back

  @Test
  void campaignThatComesLaterFindsWhoNeverComesBack() throws Exception {
    shop.receive(viewed(ANNA, START), viewed(ZOE, START));
    assertThat(until(START + 2 * DAY)).isEmpty();
    shop.rule(1, START + 2 * DAY + 1, at("2026-01-08T09:00"));
    assertThat(until(START + 2 * DAY + 10)).isEmpty();
    assertThat(until(START + 4 * DAY)).containsExactly("anna+3d push");
    assertThat(until(START + 40 * DAY)).isEmpty();
  }

  @Test
  void everyoneIsReachedWatermarkByWatermark() throws Exception {
    int customers = 2_500;
    for (int i = 0; i < customers; i++) {
      shop.receive(viewed(new CustomerKey("acme", "c" + i), START));
    }
    assertThat(until(START)).isEmpty();
    shop.rule(1, START + 1, at("2026-01-05T10:00"));
    // A restart begins the visit anew, so that here it is never over.
    List<String> pushed = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      pushed.addAll(shop.pushed(START + i, "push"));
    }
    assertThat(pushed).isEmpty();
    assertThat(until(START + HOUR - 1)).isEmpty();
    assertThat(until(START + HOUR)).hasSize(customers).allMatch(line -> line.endsWith("+1h push"));
    assertThat(until(START + 2 * HOUR)).isEmpty();
  }

  /** The stream does not wait for them: a moment never comes behind its watermark. */
  @Test
  void whoIsReachedTooLateIsPushedAtTheNextInstant() throws Exception {
    shop.receive(viewed(ANNA, START));
    assertThat(until(START + HOUR)).isEmpty();
    shop.rule(1, START, at("2026-01-05T12:00"));
    assertThat(until(START + 4 * HOUR)).isEmpty();
    assertThat(until(START + 5 * HOUR)).containsExactly("anna+" + (4 * HOUR + 1) + " push");
    assertThat(until(START + DAY)).isEmpty();
  }
}
