package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.profiled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Identity;
import dev.nudge.event.Moment;
import dev.nudge.event.Trigger;
import dev.nudge.event.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** To whom else a campaign goes: people who are like the one that it was about. */
class SimilarPeopleTest {
  private static final CustomerKey CARL = new CustomerKey("acme", "carl");
  private static final String SPIKE = "trigger: {anomaly: SPEND_SPIKE}";
  private static final String PUSH = "channels: [PUSH]";
  private static final String BY_REGION = "similar: {by: [region], limit: 10}";
  private static final long AT = START + DAY;

  /** When Anna's window ends. */
  private static final long DECIDED = AT + 2 * SECOND;

  private static Brand alike(String... keys) throws Exception {
    List<String> all = new ArrayList<>(List.of(SPIKE, PUSH));
    all.addAll(List.of(keys));
    return Brand.open().campaign("a", all.toArray(new String[0]));
  }

  private static Moment anna() {
    return northern(ANNA, "SPEND_SPIKE", AT);
  }

  private static Moment northern(CustomerKey who, String kind, long at) {
    return Brand.momentOf(
        who, kind, at, Brand.features(List.of("p1"), List.of("v1"), "region", "north"));
  }

  private static List<String> sentTo(Brand brand) {
    return brand.triggers.stream().map(Trigger::customerId).toList();
  }

  @Test
  void whoHasTheSameAttributesIsSentItToo() throws Exception {
    Brand brand = alike(BY_REGION);
    brand.receive(
        profiled(BERT, START, "region", "north"), profiled(CARL, START, "region", "south"));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(brand.rows)
        .extracting(
            Decision::customerId,
            Decision::code,
            Decision::moment,
            Decision::dueMillis,
            Decision::atMillis)
        .containsExactly(
            tuple("anna", DecisionCode.SENT, anna().id(), AT, DECIDED),
            // Due when Anna's was decided, and in a window of his own.
            tuple(
                "bert",
                DecisionCode.SENT,
                Identity.of("similar", anna().id(), "bert"),
                DECIDED,
                DECIDED + 2 * SECOND));
    assertThat(brand.last().values()).containsEntry("similarTo", Value.string(anna().id()));
  }

  @Test
  void theAudienceIsAskedOfTheFirstOnly() throws Exception {
    String anna = "audience: \"customer.orderCount == 3 && customer.region == 'north'\"";
    Brand brand = alike(BY_REGION, anna);
    brand.receive(profiled(BERT, START, "region", "north"));
    brand.take(anna()).until(AT + MINUTE);
    assertThat(sentTo(brand)).containsExactly("anna", "bert");

    Brand nobody = alike(BY_REGION, "audience: \"customer.orderCount == 4\"");
    nobody.receive(profiled(BERT, START, "region", "north"));
    nobody.take(anna()).until(AT + MINUTE);
    assertThat(nobody.rows)
        .extracting(Decision::customerId, Decision::code)
        .containsExactly(tuple("anna", DecisionCode.AUDIENCE));
  }

  @Test
  void whateverComesOfTheFirst() throws Exception {
    Brand brand = alike(BY_REGION);
    brand.consent("PUSH", false, START);
    brand.receive(profiled(BERT, START, "region", "north"));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(brand.rows)
        .extracting(Decision::customerId, Decision::code)
        .containsExactly(tuple("anna", DecisionCode.NO_CONSENT), tuple("bert", DecisionCode.SENT));
  }

  @Test
  void allOtherChecksAreMadeOfEverybody() throws Exception {
    Brand brand = alike(BY_REGION, "resource: {kind: GIFT, type: cup, amount: 1, total: 2}");
    brand.policy("caps: [{scope: ANY, max: 1, window: {rolling: 1 day}}]");
    brand.campaign("other", "trigger: {anomaly: SPEND_DROP}", PUSH);
    CustomerKey dora = new CustomerKey("acme", "dora");
    CustomerKey emil = new CustomerKey("acme", "emil");
    for (CustomerKey who : List.of(BERT, CARL, dora, emil)) {
      brand.receive(profiled(who, START, "region", "north"));
    }
    brand.take(northern(CARL, "SPEND_DROP", AT - HOUR));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(brand.rows)
        .extracting(Decision::customerId, Decision::campaign, Decision::code)
        .containsExactly(
            tuple("carl", "other", DecisionCode.SENT),
            tuple("anna", "a", DecisionCode.SENT),
            tuple("bert", "a", DecisionCode.SENT),
            tuple("carl", "a", DecisionCode.FREQUENCY_CAP),
            tuple("dora", "a", DecisionCode.BUDGET_EXHAUSTED),
            tuple("emil", "a", DecisionCode.BUDGET_EXHAUSTED));
    assertThat(brand.totals().granted("a", Long.MIN_VALUE)).isEqualTo(2);
  }

  @Test
  void nothingOfTheOthersLifeIsShown() throws Exception {
    for (String place :
        List.of(
            "customer.orderCount",
            "customer.city",
            "customer.lastOrderAt",
            "moment.event.productId",
            "moment.value",
            "moment.orderId")) {
      Brand brand = alike(BY_REGION, "variants: [{id: A, content: {title: \"${" + place + "}\"}}]");
      brand.receive(profiled(BERT, START, "region", "north", "city", "Beijing"));
      brand.take(anna()).until(AT + MINUTE);

      assertThat(brand.last().customerId()).isEqualTo("bert");
      assertThat(brand.last().code()).as(place).isEqualTo(DecisionCode.MISSING_VALUE);
    }
  }

  @Test
  void whatBothHaveInCommonIsShown() throws Exception {
    Brand brand =
        alike(
            BY_REGION,
            "variants: [{id: A, content: {title: \"${customer.region} ${moment.kind}\"}}]",
            "recommend: {products: 3, by: [OWN_VIEWS]}");
    brand.receive(profiled(BERT, START, "region", "north"));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(brand.triggers)
        .extracting(Trigger::customerId, Trigger::content, Trigger::recommendations)
        .containsExactly(
            tuple("anna", Map.of("title", "north SPEND_SPIKE"), List.of("v1")),
            tuple("bert", Map.of("title", "north SIMILAR"), List.of()));
  }

  @Test
  void noMoreThanTheLimitAndNotAlwaysTheSame() throws Exception {
    Brand brand = alike("similar: {by: [region], limit: 2}");
    for (int i = 0; i < 20; i++) {
      brand.receive(profiled(new CustomerKey("acme", "c" + i), START, "region", "north"));
    }
    for (int day = 0; day < 10; day++) {
      long at = AT + day * DAY;
      brand
          .take(
              Brand.momentOf(
                  ANNA, "SPEND_SPIKE", at, Brand.features(List.of(), List.of(), "region", "north")))
          .until(at + MINUTE);
      assertThat(brand.triggers).hasSize(3 * (day + 1));
    }

    assertThat(sentTo(brand).stream().distinct()).hasSizeGreaterThan(5);
  }

  @Test
  void whatOneDecidedLateSharesIsSharedOnce() throws Exception {
    Brand brand = alike(BY_REGION, "slots: [{from: \"10:00\", to: \"11:00\"}]");
    brand.receive(profiled(BERT, START, "region", "north"));
    // At nine both are put off until ten.
    brand.take(anna()).until(AT + 2 * HOUR);

    assertThat(brand.rows)
        .extracting(Decision::customerId, Decision::code)
        .containsExactly(
            tuple("anna", DecisionCode.DEFERRED),
            tuple("bert", DecisionCode.DEFERRED),
            tuple("anna", DecisionCode.SENT),
            tuple("bert", DecisionCode.SENT));
  }

  @Test
  void whoMovesAwayOrIsErasedIsAlikeNoMore() throws Exception {
    Brand brand = alike(BY_REGION);
    brand.receive(
        profiled(BERT, START, "region", "north"),
        profiled(CARL, START, "region", "north"),
        profiled(BERT, START + 1, "region", "south"),
        erased(CARL, START + 1));
    brand.until(START + HOUR);
    brand.take(anna()).until(AT + MINUTE);

    assertThat(sentTo(brand)).containsExactly("anna");
    assertThat(brand.notes().keySet()).noneMatch(name -> name.contains("carl"));
  }

  @Test
  void aMomentOfTheInstantOfTheErasureBringsNobodyBack() throws Exception {
    Brand brand = alike(BY_REGION);
    brand.receive(profiled(ANNA, START, "region", "north"), erased(ANNA, AT));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(brand.notes()).isEmpty();
  }

  @Test
  void momentsTeachWhatProfilesSaidBeforeAnybodyAsked() throws Exception {
    Brand brand = alike(BY_REGION);
    brand.take(
        Brand.momentOf(
            BERT, "SLEEP_LINE", START, Brand.features(List.of(), List.of(), "region", "north")));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(sentTo(brand)).containsExactly("anna", "bert");
  }

  @Test
  void aWindowThatIsOpenTakesItIn() throws Exception {
    Brand brand = alike(BY_REGION);
    brand.campaign("high", "trigger: {anomaly: SPEND_DROP}", PUSH, "priority: 90");
    brand.receive(profiled(BERT, START, "region", "north"));
    brand.take(northern(BERT, "SPEND_DROP", AT + SECOND));
    brand.take(anna()).until(AT + MINUTE);

    assertThat(brand.rows)
        .extracting(Decision::customerId, Decision::campaign, Decision::code, Decision::atMillis)
        .containsExactly(
            tuple("anna", "a", DecisionCode.SENT, DECIDED),
            tuple("bert", "high", DecisionCode.SENT, AT + 3 * SECOND),
            tuple("bert", "a", DecisionCode.LOWER_PRIORITY, AT + 3 * SECOND));
  }

  @Test
  void bandsOfAgeAreByTheDayOfTheTenant() throws Exception {
    // 2026-01-06T09:00 of London is that day in Shanghai too.
    Brand brand = alike("similar: {by: [ageBand], limit: 10}");
    brand.policy("zone: Asia/Shanghai");
    String[] births = {"1996-01-06", "1996-01-07", "1986-01-07", "1986-01-06", "1990-06-01", "x"};
    for (int i = 0; i < births.length; i++) {
      brand.receive(profiled(new CustomerKey("acme", "c" + i), START, "birthDate", births[i]));
    }
    brand
        .take(
            Brand.momentOf(
                ANNA,
                "SPEND_SPIKE",
                AT,
                Brand.features(List.of(), List.of(), "birthDate", "1991-03-03")))
        .until(AT + MINUTE);

    // c0 is thirty today, c1 twenty-nine, c2 thirty-nine, c3 forty today.
    assertThat(sentTo(brand)).containsExactlyInAnyOrder("anna", "c0", "c2", "c4");
  }
}
