package dev.nudge.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition.Context;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

/** Which events a step takes, by our engine and by stock Flink CEP. */
class EventConditionTest {
  private static final Names NAMES = Names.of(Map.of()).withStep("cart");
  private static final Occurrence P1 = added("p1", "120");
  private static final Occurrence P2 = added("p2", "80");

  @Test
  void nameAndExpressionMustHoldBoth() throws Exception {
    EventCondition condition =
        EventCondition.of(Set.of("Product Added"), where("event.price > 100"));
    assertThat(condition.filter(P1, context())).isTrue();
    assertThat(condition.filter(P2, context())).isFalse();
    assertThat(condition.filter(named("Product Viewed"), context())).isFalse();
    assertThat(condition.isIterative()).isFalse();
    assertThat(condition.names()).containsExactly("Product Added");
    assertThat(condition).hasToString("Product Added where event.price > 100");
  }

  @Test
  void withoutBothItTakesEverything() throws Exception {
    EventCondition condition = EventCondition.of(null, null);
    assertThat(condition.filter(named("X"), context())).isTrue();
    assertThat(condition.names()).isNull();
    assertThat(condition).hasToString("any event");
  }

  @Test
  void earlierEventsAreSeen() throws Exception {
    EventCondition condition =
        EventCondition.of(
            null, where("steps.cart.count > 1 && steps.cart.first.price > event.price"));
    assertThat(condition.isIterative()).isTrue();
    assertThat(condition.filter(P2, context(P1))).isFalse();
    assertThat(condition.filter(P2, context(P1, P2))).isTrue();
    assertThat(condition.filter(P1, context(P2, P1))).isFalse();
  }

  @Test
  void distinctTakesEachValueOnce() throws Exception {
    EventCondition condition =
        EventCondition.of(Set.of("Product Added"), null).distinct("cart", "productId");
    assertThat(condition.isIterative()).isTrue();
    assertThat(condition.distinct()).isEqualTo("productId");
    assertThat(condition.filter(P1, context())).isTrue();
    assertThat(condition.filter(P1, context(P2))).isTrue();
    assertThat(condition.filter(P1, context(P2, P1))).isFalse();
    assertThat(condition.filter(added("p1", "1"), context(P1))).isFalse();
    assertThat(condition.filter(named("Product Added"), context())).isFalse();
  }

  @Test
  void customerIsAbsentForStockFlinkAndThereForAnEngine() throws Exception {
    EventCondition condition = EventCondition.of(null, where("customer.orderCount > 2"));
    assertThat(condition.filter(P1, context())).isFalse();
    List<String> failures = new ArrayList<>();
    EventScope scope =
        new EventScope() {
          @Override
          protected Occurrence event() {
            return P1;
          }

          @Override
          protected List<Occurrence> taken(String step) {
            return List.of();
          }

          @Override
          protected Object other(String name) {
            return name.equals("customer.orderCount") && failures.isEmpty() ? (Object) 3 : null;
          }

          @Override
          public void failed(EvaluationException failure) {
            failures.add(failure.getMessage());
          }
        };
    assertThat(condition.test(P1, scope)).isTrue();
    failures.add("from here on it is absent");
    assertThat(condition.test(P1, scope)).isFalse();
    assertThat(failures).hasSize(2);
  }

  @Test
  void namesInTheTextNarrowThoseOfTheStep() throws Exception {
    Expression paid = where("event.event in ['A', 'B'] && event.price > 1.0");
    assertThat(EventCondition.of(null, paid).names()).containsExactlyInAnyOrder("A", "B");
    assertThat(EventCondition.of(Set.of("B", "C"), paid).names()).containsExactly("B");
  }

  /** Flink's API checks that a condition can travel, and its jobs send it. */
  @Test
  void itTravelsAsTextAndIsCompiledWhereItArrives() throws Exception {
    EventCondition condition =
        EventCondition.of(Set.of("Product Added"), where("event.price > 100.0"))
            .distinct("cart", "productId");
    Pattern<Occurrence, Occurrence> pattern = Pattern.<Occurrence>begin("cart").where(condition);
    assertThat(pattern.getCondition()).isSameAs(condition);
    EventCondition arrived = InstantiationUtil.clone(condition);
    assertThat(arrived).isEqualTo(condition).isNotSameAs(condition).hasSameHashCodeAs(condition);
    assertThat(arrived.names()).containsExactly("Product Added");
    assertThat(arrived.filter(P1, context(P2))).isTrue();
    assertThat(arrived.filter(P1, context(P1))).isFalse();
    assertThat(arrived.filter(P2, context())).isFalse();
  }

  @Test
  void conditionsThatDifferAreNotEqual() throws Exception {
    EventCondition one = EventCondition.of(Set.of("A"), where("event.price > 1.0"));
    assertThat(one)
        .isEqualTo(EventCondition.of(Set.of("A"), where("event.price > 1.0")))
        .isNotEqualTo(EventCondition.of(Set.of("B"), where("event.price > 1.0")))
        .isNotEqualTo(EventCondition.of(Set.of("A"), where("event.price > 2.0")))
        .isNotEqualTo(EventCondition.of(Set.of("A"), null))
        .isNotEqualTo(one.distinct("cart", "x"));
  }

  private static Expression where(String text) throws ExpressionException {
    return Expression.compile(text, NAMES, Expression.Type.BOOL);
  }

  private static Occurrence added(String product, String price) {
    return new Occurrence(
        "Product Added",
        0,
        product,
        Topic.CLICKSTREAM,
        Map.of("productId", Value.string(product), "price", Value.number(price)));
  }

  private static Occurrence named(String name) {
    return new Occurrence(name, 0, "m", Topic.CLICKSTREAM, Map.of());
  }

  /** Stock Flink CEP's view of what the step took. */
  private static Context<Occurrence> context(Occurrence... taken) {
    return new Context<>() {
      @Override
      public Iterable<Occurrence> getEventsForPattern(String name) {
        return name.equals("cart") ? List.of(taken) : List.of();
      }

      @Override
      public long timestamp() {
        return 0;
      }

      @Override
      public long currentProcessingTime() {
        return 0;
      }
    };
  }
}
