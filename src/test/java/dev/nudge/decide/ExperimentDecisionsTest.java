package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Moment;
import dev.nudge.event.Value;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.pattern.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What Anna gets of a campaign whose declared weights give her A: she is not among the hundredth
 * who explore, and at 11:00 it is found which variant is the best.
 */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
class ExperimentDecisionsTest {
  private static final String SCHEDULED = "trigger: {schedule: \"2026-01-05T09:00\"}";
  private static final String SPIKE = "trigger: {anomaly: SPEND_SPIKE}";
  private static final long ELEVEN = START + 2 * HOUR;

  /** When a result of 11:00 holds. */
  private static final long HOLDS = ELEVEN + 10 * SECOND;

  /** When what is due then is decided. */
  private static final long DECIDED = HOLDS + 2 * SECOND;

  private static String[] keys(String trigger, int explore, String then) {
    return new String[] {
      trigger,
      "channels: [PUSH]",
      "variants: [{id: A, weight: 100}, {id: B, weight: 0}]",
      "experiment: {explore: %d, decideAfter: 2 h, then: %s}".formatted(explore, then)
    };
  }

  private static Brand scheduled(String then) throws Exception {
    return scheduled(Brand.ASSUMED, 1, then);
  }

  private static Brand scheduled(DecideConfig config, int explore, String then) throws Exception {
    return new Brand(config).campaign("a", keys(SCHEDULED, explore, then)).take(atNine());
  }

  private static Moment atNine() {
    return Moment.ofTime("a", ANNA, START, START, Brand.features());
  }

  @Test
  void whoWaitsGetsTheWinnerAsSoonAsTheResultHolds() throws Exception {
    Brand brand = scheduled("WINNER").result("a", 1, "B", ELEVEN).until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.SENT);
    assertThat(brand.rows.get(0).reason()).isEqualTo(DeferReason.WAITS_FOR_WINNER);
    assertThat(brand.rows.get(0).values())
        .containsEntry("dueAgain", Value.string("2026-01-05T11:00:10Z"));
    assertThat(brand.last().variant()).isEqualTo("B");
    assertThat(brand.last().dueMillis()).isEqualTo(HOLDS);
    assertThat(brand.last().atMillis()).isEqualTo(DECIDED);
    assertThat(brand.last().values()).containsEntry("result", Value.string("2026-01-05T11:00:00Z"));
  }

  @Test
  void withoutAWinnerTheDeclaredWeightsHold() throws Exception {
    Brand brand = scheduled("WINNER").result("a", 1, null, ELEVEN).until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.SENT);
    assertThat(brand.last().variant()).isEqualTo("A");
  }

  @Test
  void whoExploresIsSentAtOnceByTheDeclaredWeights() throws Exception {
    Brand brand =
        scheduled(Brand.ASSUMED, 100, "BEST").result("a", 1, "B", START).until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);
    assertThat(brand.last().variant()).isEqualTo("A");
  }

  @Test
  void whereTheExperimentIsAllThatIsWantedTheOthersExpire() throws Exception {
    Brand brand = scheduled("STOP").result("a", 1, "B", ELEVEN).until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.EXPIRED);
    assertThat(brand.last().atMillis()).isEqualTo(DECIDED);
  }

  @Test
  void withoutAResultTheyWaitUntilTheyExpire() throws Exception {
    Brand brand = scheduled("BEST").until(START + 6 * DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.DEFERRED);
    assertThat(brand.last().reason()).isEqualTo(DeferReason.WAITS_FOR_WINNER);
    assertThat(brand.last().values()).doesNotContainKey("dueAgain");

    brand.until(START + 8 * DAY);

    assertThat(brand.codes().subList(2, 3)).containsExactly(DecisionCode.EXPIRED);
    assertThat(brand.last().atMillis()).isEqualTo(START + 7 * DAY);
    assertThat(brand.last().dueMillis()).isEqualTo(START + 7 * DAY);
  }

  @Test
  void whatWasFoundEarlierOrOfAnotherVersionIsNotWaitedFor() throws Exception {
    Brand brand =
        scheduled("BEST")
            .result("a", 1, "B", ELEVEN - MINUTE)
            .result("a", 2, "B", ELEVEN)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.DEFERRED);
  }

  @Test
  void aTriggeredCampaignHasTheDeclaredWeightsUntilTheResultAndTheWinnerThen() throws Exception {
    Brand brand =
        Brand.open()
            .campaign("a", keys(SPIKE, 1, "WINNER"))
            .result("a", 1, "B", ELEVEN)
            .moment("SPEND_SPIKE", START)
            .moment("SPEND_SPIKE", HOLDS - 3 * SECOND)
            .moment("SPEND_SPIKE", HOLDS)
            .until(START + DAY);

    assertThat(brand.codes())
        .containsExactly(DecisionCode.SENT, DecisionCode.SENT, DecisionCode.SENT);
    assertThat(brand.rows).extracting(Decision::variant).containsExactly("A", "A", "B");
  }

  @Test
  void aDelayBeyondTheDecisionAsksForAResultAllTheSame() throws Exception {
    String[] keys = keys(SCHEDULED, 1, "BEST");
    keys[1] += "\ndelay: 3 h";
    Brand brand = Brand.open().campaign("a", keys).take(atNine()).until(START + DAY);

    // The minute that ends next is 12:01.
    assertThat(brand.rows.get(0).values())
        .containsEntry("dueAgain", Value.string("2026-01-05T12:01:10Z"));
  }

  @Test
  void aRehearsalKeepsTheDeclaredWeights() throws Exception {
    Brand brand =
        scheduled(Brand.ASSUMED.endingAt(START + 2 * DAY), 1, "STOP")
            .result("a", 1, "B", ELEVEN)
            .until(START + DAY);

    assertThat(brand.codes()).containsExactly(DecisionCode.DEFERRED, DecisionCode.SENT);
    assertThat(brand.last().variant()).isEqualTo("A");
    assertThat(brand.last().dueMillis()).isEqualTo(ELEVEN);
  }

  private static DefinitionVersion campaign(String then) {
    String text =
        "kind: campaign\ntenant: acme\nid: a\n" + String.join("\n", keys(SCHEDULED, 1, then));
    return DefinitionVersion.of(
        new RuleVersion("acme", Rule.Kind.CAMPAIGN, "a", 1, 0, OnChange.DROP, text, false));
  }

  private static DefinitionVersion resultOfEleven() {
    return DefinitionVersion.of(ExperimentResult.of("acme", "a", 1, "B", ELEVEN));
  }

  private static DecideHarness again(DecideHarness harness, Backend backend) throws Exception {
    var snapshot = harness.snapshot(1, 1);
    harness.close();
    return DecideHarness.restore(snapshot, Brand.ASSUMED, backend, 1, 1, 0);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aResultThatComesLateWakesThoseWhoWait(Backend backend) throws Exception {
    DecideHarness harness = DecideHarness.start(Brand.ASSUMED, backend);
    harness.define(campaign("WINNER"));
    harness.definitionsRead();
    harness.receive(DecideInput.of(atNine()));
    harness.watermark(START + 5 * HOUR);
    assertThat(harness.rows())
        .extracting(Decision::code)
        .containsExactly(DecisionCode.DEFERRED, DecisionCode.DEFERRED);

    harness = again(harness, backend);
    harness.define(resultOfEleven());
    // Nobody has been woken yet.
    harness = again(harness, backend);
    harness.watermark(START + 5 * HOUR + MINUTE);

    List<Decision> rows = harness.rows();
    assertThat(rows).extracting(Decision::code).containsExactly(DecisionCode.SENT);
    assertThat(rows.get(0).variant()).isEqualTo("B");
    assertThat(rows.get(0).dueMillis()).isEqualTo(START + 5 * HOUR + 1);

    // The same once more, as after a failure of who told it.
    harness = again(harness, backend);
    harness.define(resultOfEleven());
    harness.watermark(START + 8 * DAY);
    assertThat(harness.rows()).isEmpty();
    harness.close();
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aResultInTimeIsKeptOverAFailure(Backend backend) throws Exception {
    DecideHarness harness = DecideHarness.start(Brand.ASSUMED, backend);
    harness.define(campaign("BEST"));
    harness.definitionsRead();
    harness.receive(DecideInput.of(atNine()));
    harness.watermark(ELEVEN + SECOND);
    harness.define(resultOfEleven());
    harness = again(harness, backend);
    harness.watermark(START + DAY);

    assertThat(harness.rows())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.variant()).isEqualTo("B");
              assertThat(row.atMillis()).isEqualTo(DECIDED);
            });
    harness.close();
  }
}
