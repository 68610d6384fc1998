package dev.nudge.event;

import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A moment's id names it for ever. */
class MomentTest {
  private static final StageChange CHANGE =
      change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2);

  @Test
  void idIsSha256OverLengthPrefixedParts() {
    // Computed once by another program.
    assertThat(Moment.of(CHANGE, null).id())
        .isEqualTo(
            Identity.of("STAGE", "acme", "anna", "1767603600000", "NEW", "GROWING", "1", "2"))
        .isEqualTo("7e8474b22b2ac810bae7a2a51f1df0b1e4ea0d93c2bfee58ae14b82a2ae628cb");
  }

  @Test
  void idIsTheSameHoweverOftenItIsComputed() {
    StageChange again =
        new StageChange(
            "acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2, 99);
    assertThat(Moment.of(again, null).id()).isEqualTo(Moment.of(CHANGE, null).id());
  }

  @Test
  void idDiffersWithEveryPart() {
    List<StageChange> changes =
        List.of(
            CHANGE,
            change("acm", "eanna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2),
            change("zeta", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "bert", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "anna", LifecycleStage.DORMANT, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "anna", null, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.STABLE, START, 1, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START + 1, 1, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 2, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 3),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 12, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 22));
    assertThat(changes.stream().map(change -> Moment.of(change, null).id()))
        .doesNotHaveDuplicates();
  }

  @Test
  void idOfACampaignsMomentDiffersWithEveryEventMatched() {
    Occurrence first = paid("m1", START);
    Occurrence second = paid("m2", START);
    CustomerKey anna = new CustomerKey("acme", "anna");
    CustomerKey bert = new CustomerKey("acme", "bert");
    List<Moment> moments =
        List.of(
            Moment.ofCampaign("c", anna, START, first, Map.of("a", List.of(first)), null),
            Moment.ofCampaign("d", anna, START, first, Map.of("a", List.of(first)), null),
            Moment.ofCampaign("c", bert, START, first, Map.of("a", List.of(first)), null),
            Moment.ofCampaign("c", anna, START + 1, first, Map.of("a", List.of(first)), null),
            Moment.ofCampaign("c", anna, START, first, Map.of("b", List.of(first)), null),
            Moment.ofCampaign("c", anna, START, second, Map.of("a", List.of(second)), null),
            Moment.ofCampaign("c", anna, START, second, Map.of("a", List.of(first, second)), null),
            Moment.ofCampaign("c", anna, START, first, Map.of(), null),
            Moment.ofCampaign("c", anna, START, second, Map.of(), null),
            Moment.ofTime("c", anna, START, START, null),
            Moment.ofTime("c", anna, START + 1, START + 1, null),
            Moment.ofTime("d", anna, START, START, null),
            Moment.ofTime("c", bert, START, START, null));
    assertThat(moments).extracting(Moment::id).doesNotHaveDuplicates();
  }

  @Test
  void timeThatComesLaterIsTheSameMoment() {
    CustomerKey anna = new CustomerKey("acme", "anna");
    Moment inTime = Moment.ofTime("c", anna, START, START, null);
    Moment later = Moment.ofTime("c", anna, START, START + 5, null);
    assertThat(later.id())
        .isEqualTo(inTime.id())
        .isEqualTo(Identity.of("campaign", "c", "acme", "anna", "1767603600000"));
    assertThat(later.atMillis()).isEqualTo(START + 5);
  }

  @Test
  void idOfAnAnomalyDiffersWithTheOrderTheEvidenceAndEveryEventMatched() {
    Occurrence first = paid("m1", START);
    Occurrence second = paid("m2", START);
    Map<String, Value> product = Map.of("product", Value.string("p1"));
    Map<String, Value> another = Map.of("product", Value.string("p2"));
    List<Moment> moments =
        List.of(
            anomaly("REFILL_DUE", "o1", product, Map.of("bought", List.of(first))),
            anomaly("REFILL_DUE", "o1", another, Map.of("bought", List.of(first))),
            anomaly("REFILL_DUE", "o2", product, Map.of("bought", List.of(first))),
            anomaly("REFILL_DUE", null, product, Map.of("bought", List.of(first))),
            anomaly("SPEND_SPIKE", "o1", product, Map.of("bought", List.of(first))),
            anomaly("REFILL_DUE", "o1", product, Map.of("other", List.of(first))),
            anomaly("REFILL_DUE", "o1", product, Map.of("bought", List.of(second))),
            anomaly("REFILL_DUE", "o1", product, Map.of("bought", List.of(paid("m1", START + 1)))),
            anomaly("REFILL_DUE", "o1", product, Map.of("bought", List.of(first, second))),
            anomaly("REFILL_DUE", "o1", product, Map.of()));
    assertThat(moments.stream().map(Moment::id)).doesNotHaveDuplicates();
  }

  @Test
  void orderOfTheStepsIsOfNoAccount() {
    Map<String, List<Occurrence>> steps = new LinkedHashMap<>();
    steps.put("paid", List.of(paid("m2", START)));
    steps.put("looked", List.of(paid("m1", START)));
    Map<String, List<Occurrence>> turned = new LinkedHashMap<>();
    turned.put("looked", List.of(paid("m1", START)));
    turned.put("paid", List.of(paid("m2", START)));
    assertThat(anomaly("K", null, Map.of(), steps)).isEqualTo(anomaly("K", null, Map.of(), turned));
  }

  private static Moment anomaly(
      String kind,
      String orderId,
      Map<String, Value> evidence,
      Map<String, List<Occurrence>> steps) {
    return Moment.of(
        new Anomaly("acme", "anna", kind, START, orderId, null, null, evidence, 1),
        null,
        steps,
        null);
  }

  private static Occurrence paid(String messageId, long at) {
    return new Occurrence(Occurrence.ORDER_PAID, at, messageId, Topic.ORDERS, Map.of());
  }

  @Test
  void momentCarriesItsStageChangesNames() {
    Moment moment = Moment.of(CHANGE, null);
    assertThat(moment.tenant()).isEqualTo("acme");
    assertThat(moment.customerId()).isEqualTo("anna");
    assertThat(moment.kind()).isEqualTo("STAGE");
    assertThat(moment.atMillis()).isEqualTo(START);
  }

  private static StageChange change(
      String tenant,
      String customerId,
      LifecycleStage from,
      LifecycleStage to,
      long at,
      int life,
      int orderCount) {
    return new StageChange(tenant, customerId, from, to, at, life, orderCount, 1);
  }
}
