package dev.nudge.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Anna, who paid three orders, buys a red shoe: what expressions see of it. */
class ExpressionTest {
  /** 2026-01-05T09:00Z. */
  private static final long BASE = 1_767_603_600_000L;

  private static final long DAY = 86_400_000L;

  private static final Names NAMES =
      Names.of(
              Map.of(
                  "size", PropertyType.INTEGER,
                  "weight", PropertyType.NUMBER,
                  "gift", PropertyType.BOOLEAN,
                  "label", PropertyType.STRING,
                  "state", PropertyType.STRING))
          .withParams(
              Map.of(
                  "factor", Value.number("1.5"),
                  "minOrders", Value.number("3"),
                  "word", Value.string("hi"),
                  "on", new Value(Value.Type.BOOLEAN, "true")))
          .withStep("cart")
          .withStep("none")
          .withStep("no pay");

  private static final Occurrence SHOE =
      new Occurrence(
          "Product Added",
          BASE,
          "m1",
          Topic.CLICKSTREAM,
          Map.ofEntries(
              Map.entry("productId", Value.string("p1")),
              Map.entry("price", Value.string("120.5")),
              Map.entry("color", Value.string("red")),
              Map.entry("stars", Value.number("4")),
              Map.entry("size", Value.number("43")),
              Map.entry("weight", Value.string("0.75")),
              Map.entry("gift", new Value(Value.Type.BOOLEAN, "true")),
              Map.entry("label", Value.number("7")),
              Map.entry("sale", new Value(Value.Type.BOOLEAN, "false")),
              Map.entry("my field", Value.string("x")),
              Map.entry("brand", new Value(Value.Type.JSON, "{}")),
              Map.entry(
                  "tags", new Value(Value.Type.JSON, "[\"a\",\"b\",{\"deep\":[1,null,true]}]")),
              Map.entry("utm", new Value(Value.Type.JSON, "{\"source\":\"mail\",\"n\":null}"))));

  private static final Occurrence OTHER_SHOE =
      new Occurrence(
          "Product Added",
          BASE - DAY,
          "m0",
          Topic.CLICKSTREAM,
          Map.of("price", Value.number("10"), "quantity", Value.number("2.5")));

  private static final Map<String, Object> REST = rest();

  private static Map<String, Object> rest() {
    Map<String, Object> rest = new HashMap<>();
    rest.put("customer.orderCount", 3);
    rest.put("customer.orderSumUnits", BigInteger.valueOf(3_000_001));
    rest.put("customer.firstOrderAt", BASE - 10 * DAY);
    rest.put("customer.lastOrderAt", BASE - 5 * DAY);
    rest.put("customer.orderMean", 100.00003);
    rest.put("customer.netSumUnits", BigInteger.TWO.pow(70));
    rest.put("customer.stage", LifecycleStage.GROWING);
    rest.put("customer.lastViewedProducts", List.of("p1", "p2"));
    rest.put("customer.city", Value.string("Shanghai"));
    rest.put("customer.state", Value.string("CN"));
    rest.put("customer.favourite", Value.string("color"));
    rest.put("params.factor", Value.number("2"));
    rest.put("params.minOrders", Value.number("3"));
    rest.put("params.word", Value.string("hi"));
    rest.put("params.on", new Value(Value.Type.BOOLEAN, "true"));
    rest.put("policy.zone", "UTC");
    rest.put("policy.lifecycle.dormantDays", 30);
    return rest;
  }

  private static class TestScope extends EventScope {
    final List<String> failures = new ArrayList<>();

    @Override
    protected Occurrence event() {
      return SHOE;
    }

    @Override
    protected List<Occurrence> taken(String step) {
      return step.equals("cart") ? List.of(OTHER_SHOE, SHOE) : List.of();
    }

    @Override
    protected Object other(String name) {
      return REST.get(name);
    }

    @Override
    public long ordersBetween(long afterMillis, long untilMillis) {
      return Stream.of(BASE - 10 * DAY, BASE - 7 * DAY, BASE - 5 * DAY)
          .filter(at -> at > afterMillis && at <= untilMillis)
          .count();
    }

    @Override
    public void failed(EvaluationException failure) {
      failures.add(failure.getMessage());
    }
  }

  static Stream<Arguments> truths() {
    return Stream.of(
            // The event, typed by what it is.
            "event.event == 'Product Added' && event.messageId == 'm1'",
            "event.source == 'clickstream'",
            "event.at == 1767603600000 && now == event.at",
            "event.price == 120.5 && event.price > 100 && event.price * 2.0 == 241.0",
            "event.priceUnits == 1205000 && event.priceUnits * 2 == 2410000",
            "event.quantity == 1.0 && event.quantityUnits == 10000",
            "event.price * event.quantity > 100.0",
            "event['price'] == 120.5",
            // By the schema.
            "event.size + 1 == 44",
            "event.weight * 2.0 == 1.5",
            "event.gift",
            "event.label == '7' && event.label.startsWith('7')",
            // Dynamic.
            "event.color == 'red' && event.color != 3 && event.stars > 3 && event.stars == 4.0",
            "!event.sale",
            "event['my field'] == 'x' && has(event.color) && !has(event.colour)",
            "event.utm.source == 'mail' && has(event.utm.source) && !has(event.utm.medium)",
            "event['utm']['source'] == 'mail' && event.utm.n == null",
            "'a' in event.tags && !('c' in event.tags) && event.tags[1] == 'b'",
            "event.tags[2].deep[0] == 1 && event.tags[2]['deep'][2]",
            "event.tags.exists(t, t == 'b') && size(event.tags) == 3",
            "'color' in event && !('colour' in event) && 'price' in event",
            "event[customer.favourite] == 'red' && event['pri' + 'ce'] == 120.5",
            // The customer.
            "customer.orderCount >= params.minOrders",
            "customer.orderSumUnits == 3000001 && customer.orderSum == 300.0001",
            "customer.netSum > 1.0e17 && has(customer.netSum)",
            "customer.stage in ['GROWING', 'STABLE'] && customer.city == 'Shanghai'",
            "'p1' in customer.lastViewedProducts",
            "customer.lastViewedProducts.all(p, p.matches('p[0-9]'))",
            "customer.state == 'CN' && 'city' in customer && !has(customer.region)",
            "customer[customer.favourite] == 1 || true",
            "time(now) - time(customer.lastOrderAt) == days(5)",
            "time(now) - duration('120h') == time(customer.lastOrderAt)",
            // Steps.
            "steps.cart.price == event.price && steps.cart.first.price == 10.0",
            "steps.cart.first.quantity == 2.5 && steps.cart.count == 2 && steps.none.count == 0",
            "has(steps.cart) && !has(steps.none) && has(steps.cart.color)",
            "!has(steps.cart.first.color) && steps['no pay'].count == 0",
            "steps.cart.at - steps.cart.first.at == 86400000",
            // The rest.
            "params.factor == 2.0 && params.word == 'hi' && params.on",
            "policy.zone == 'UTC' && !has(policy.currency) && policy.lifecycle.dormantDays == 30",
            "has(params.word) && has(policy.lifecycle.dormantDays)",
            // Functions.
            "millis(86400000) == days(1) && days(45) == duration('1080h')",
            "money(1391200) == '139.12' && money(1) == '0.0001' && money(-5) == '-0.0005'",
            "meanUnits() == 1000000",
            "aboveMean(1500001, 1.5) && !aboveMean(1500000, 1.5) && !belowMean(1500001, 1.5)",
            "belowMean(1500000, 1.5) && !belowMean(1500001, 1.5)",
            "gapTimes(2.0) == 432000000 && gapTimes(1.1) == 237600000",
            "ordersWithin(864000000, 0) == 2 && ordersWithin(864000001, 0) == 3",
            "ordersWithin(864000001, 432000000) == 3 && ordersWithin(864000001, 432000001) == 2",
            // A name that a macro gives hides ours.
            "[1, 2].exists(event, event == 2) && [{'at': 1}].all(now, now.at == 1)",
            // An error is none where the rest decides.
            "true || event.colour == 'red'",
            "event.colour == 'red' || true",
            "!(false && event.colour == 'red')",
            "event.price > 1.0 ? true : event.colour == 'red'",
            "type(event.price) == double",
            "// why\n event.gift // yes\n")
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("truths")
  void conditionIsTrue(String text) throws Exception {
    TestScope scope = new TestScope();
    assertThat(compile(text, Expression.Type.BOOL).eval(scope)).isEqualTo(true);
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        arguments("event.colour == 'red'", "event.colour is absent"),
        arguments("event.colour != 'red'", "event.colour is absent"),
        arguments("true && event.colour == 'red'", "event.colour is absent"),
        arguments("event.amount > 1.0", "event.amount is absent"),
        arguments("event.utm.medium == 'x'", "medium"),
        arguments("event.brand == 'x'", "event.brand is Value[type=JSON, text={}], and declared"),
        arguments("event.color > 3", "No matching overload"),
        arguments("event.stars * 2 == 8", "No matching overload"),
        arguments("customer.lastSeenAt > 0", "customer.lastSeenAt is absent"),
        arguments("customer.orderStdDev > 0.0", "customer.orderStdDev is absent"),
        arguments("customer.netSumUnits > 0", "customer.netSumUnits is no whole number of 64 bits"),
        arguments("steps.none.price > 1.0", "steps.none.price is absent"),
        arguments("steps.cart.first.color == 'red'", "steps.cart.first.color is absent"),
        arguments("policy.currency == 'CNY'", "policy.currency is absent"),
        arguments("event['col' + 'our'] == 1", "colour"),
        arguments("size(event) == 1", "event.* can't be listed"),
        arguments("event.tags[9] == 1", "Index out of bounds"),
        arguments("1 / (event.size - 43) == 1", "/ by zero"),
        arguments("event.size * 9223372036854775807 > 1", "overflow"),
        arguments("days(9223372036854775807) > days(1)", "long overflow"),
        arguments("aboveMean(1, 1.0 / 0.0)", "the factor is Infinity"),
        arguments("event.tags", "found [a, b, "),
        arguments("event.color", "found red, expected a bool"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void conditionThatFailsIsFalseAndCounted(String text, String why) throws Exception {
    TestScope scope = new TestScope();
    assertThat(compile(text, Expression.Type.BOOL).test(scope)).isFalse();
    assertThat(scope.failures).singleElement().asString().contains(text).contains(why);
  }

  @Test
  void functionsOverOrdersFailWhereThereAreNone() throws Exception {
    Scope nothing = name -> name.equals("customer.orderCount") ? (Object) 0L : BigInteger.ONE;
    for (String text : List.of("meanUnits() > 0", "aboveMean(1, 1.0)", "ordersWithin(5, 0) >= 0")) {
      assertThat(compile(text, Expression.Type.BOOL).test(nothing)).as(text).isFalse();
    }
    Scope one = name -> BigInteger.ONE;
    assertThatThrownBy(() -> compile("gapTimes(1.0)", Expression.Type.INT).eval(one))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("one order has no gap to the next");
  }

  @Test
  void meansAreComparedBeyond64Bits() throws Exception {
    BigInteger sum = BigInteger.TEN.pow(30).add(BigInteger.ONE);
    Map<String, Object> whale =
        Map.of("customer.orderCount", 1_000_000_000L, "customer.orderSumUnits", sum);
    Expression above = compile("aboveMean(event.size, 0.000000000000001)", Expression.Type.BOOL);
    for (long units : new long[] {1_000_000L, 1_000_001L}) {
      Scope scope = name -> name.equals("event.size") ? (Object) units : whale.get(name);
      assertThat(above.test(scope)).isEqualTo(units == 1_000_001L);
    }
  }

  static Stream<Arguments> values() {
    return Stream.of(
        arguments("days(45)", Expression.Type.DURATION, Duration.ofDays(45)),
        arguments("duration('1080h')", Expression.Type.DURATION, Duration.ofDays(45)),
        arguments("customer.orderCount + 1", Expression.Type.INT, 4L),
        arguments("event.productId", Expression.Type.TEXT, "p1"),
        arguments("event.color", Expression.Type.TEXT, "red"),
        arguments("event.price", Expression.Type.TEXT_OR_NUMBER, 120.5),
        arguments("event.stars", Expression.Type.TEXT_OR_NUMBER, 4.0),
        arguments("money(meanUnits())", Expression.Type.TEXT_OR_NUMBER, "100.00"),
        arguments("event.gift", Expression.Type.SCALAR, true));
  }

  @ParameterizedTest
  @MethodSource("values")
  void valueIsComputed(String text, Expression.Type type, Object value) throws Exception {
    assertThat(compile(text, type).eval(new TestScope())).isEqualTo(value);
  }

  static Stream<Arguments> refusals() {
    String roots = "one of event, customer, steps, now, params, policy";
    String more = "expected more in CEL";
    return Stream.of(
        arguments("", "1:1: found the end of the text, " + more),
        arguments("event.price >", "1:14: found the end of the text, " + more),
        arguments(
            "event.gift &&\n  (event.price == )",
            "2:19: found a mistake in the notation (mismatched input ')'), expected an expression"
                + " in CEL"),
        arguments(
            "event.price > 'abc",
            "1:15: found a mistake in the notation (token recognition error at: ''abc'), expected"
                + " an expression in CEL"),
        arguments("event.price", "1:1: found a double, expected a bool"),
        arguments("1 + 2", "1:1: found an int, expected a bool"),
        arguments("customer.lastViewedProducts", "1:1: found a list, expected a bool"),
        arguments(
            "event.price > 'abc'",
            "1:13: found double > string, expected double > double, or string > string, or double >"
                + " int, or double > uint"),
        arguments(
            "event.price * 2 > 1.0",
            "1:13: found double * int, expected int * int, or double * double"),
        arguments("!event.price", "1:1: found !double, expected !bool"),
        arguments(
            "event.gift ? 1 : 'a'", "1:12: found bool ? int : string, expected bool ? any : any"),
        arguments(
            "aboveMean(event.price, 1.5)",
            "1:10: found aboveMean(double, double), expected aboveMean(int, double)"),
        arguments("meanUnits(1) > 0", "1:10: found meanUnits(int), expected meanUnits()"),
        arguments(
            "meanUnit() > 0",
            "1:9: found the function meanUnit, expected a function of CEL or one of aboveMean,"
                + " belowMean, days, gapTimes, meanUnits, millis, money, ordersWithin, time; did"
                + " you mean meanUnits?"),
        arguments(
            "price > 1.0",
            "1:1: found the name price, expected " + roots + "; did you mean event.price?"),
        arguments(
            "1 < 2 && custmer.life > 1",
            "1:10: found the name custmer, expected " + roots + "; did you mean customer?"),
        arguments("foo(bar)", "1:5: found the name bar, expected " + roots),
        arguments(
            "customer.orderCuont > 1",
            "1:1: found customer.orderCuont, expected a feature, or an attribute that the schema"
                + " names; did you mean customer.orderCount?"),
        arguments(
            "has(customer.stge)",
            "1:5: found customer.stge, expected a feature, or an attribute that the schema names;"
                + " did you mean customer.stage?"),
        arguments(
            "steps.crt.price > 1.0",
            "1:1: found the step crt, expected one of cart, no pay, none; did you mean cart?"),
        arguments(
            "steps.cart == 1",
            "1:1: found steps.cart, expected a name within it, such as steps.cart.…"),
        arguments(
            "steps[event.color].at > 1",
            "1:1: found steps, expected a name within it, such as steps.…"),
        arguments("policy == 1", "1:1: found policy, expected a name within it, such as policy.…"),
        arguments(
            "params.facto > 1.0",
            "1:1: found the name params.facto, expected one of params.factor, params.minOrders,"
                + " params.on, params.word; did you mean params.factor?"),
        arguments(
            "policy.lifecycle.lostDay > 1",
            "1:1: found the name policy.lifecycle.lostDay, expected one of policy.currency,"
                + " policy.lifecycle.declineMinDays, policy.lifecycle.dormantDays,"
                + " policy.lifecycle.lostDays, policy.lifecycle.recoverTo,"
                + " policy.lifecycle.stableOrders, policy.zone; did you mean"
                + " policy.lifecycle.lostDays?"),
        arguments(
            "tenant.name == 'x'",
            "1:1: found the name tenant, expected one of event, customer, steps, now, params, policy"),
        arguments(
            "'x'.matches('(')",
            "1:13: found error parsing regexp: missing closing ): `(`, expected a regular expression"
                + " that RE2 takes"),
        arguments(
            "has(event['x'])",
            "1:4: found a mistake in the notation (invalid argument to has() macro), expected an"
                + " expression in CEL"),
        arguments(
            "@scope == 1",
            "1:1: found a mistake in the notation (token recognition error at: '@'), expected an expression in CEL"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void conditionIsRefusedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> compile(text, Expression.Type.BOOL))
        .isInstanceOf(ExpressionException.class)
        .hasMessage(message);
  }

  @Test
  void everyMistakeIsTold() {
    assertThatThrownBy(() -> compile("steps.x.at > 1\n|| params.y\n|| zone", Expression.Type.BOOL))
        .hasMessageMatching("(?s)1:1: found the step x.*\n2:4: found the name params.y.*\n3:4: .*");
  }

  @Test
  void withoutAnEventNoneIsSeen() {
    assertThatThrownBy(
            () ->
                Expression.compile("event.price > 1.0", NAMES.withoutEvent(), Expression.Type.BOOL))
        .hasMessage(
            "1:1: found event, expected what is known without an event: customer, now, policy");
  }

  @Test
  void textIsBounded() throws Exception {
    String longest = "event.gift" + " ".repeat(Expression.MAX_LENGTH - 10);
    assertThat(compile(longest, Expression.Type.BOOL).test(new TestScope())).isTrue();
    assertThatThrownBy(() -> compile(longest + " ", Expression.Type.BOOL))
        .hasMessage("1:1: found 4097 characters, expected at most 4096");
  }

  @Test
  void depthIsBounded() throws Exception {
    assertThat(compile("(".repeat(20) + "true" + ")".repeat(20), Expression.Type.BOOL)).isNotNull();
    for (String deep :
        List.of(
            "(".repeat(1_000) + "true" + ")".repeat(1_000),
            "1" + "+1".repeat(2_000) + " > 1",
            "event.x" + ".x".repeat(2_000),
            "event.tags" + "[0]".repeat(1_300),
            "true" + "?true:true".repeat(350))) {
      assertThatThrownBy(() -> compile(deep, Expression.Type.BOOL))
          .hasMessage("1:1: found more than 32 levels, expected at most as many");
    }
  }

  @Test
  void operationsAreBounded() throws Exception {
    // The list, its items, the operator and the name.
    String most = "event.size in [" + "1, ".repeat(Expression.MAX_NODES - 4) + "43]";
    assertThat(compile(most, Expression.Type.BOOL).test(new TestScope())).isTrue();
    assertThatThrownBy(() -> compile(most.replace("43]", "1, 43]"), Expression.Type.BOOL))
        .hasMessage("1:1: found 501 operations and names, expected at most 500");
  }

  @Test
  void walksThroughListsAreBounded() throws Exception {
    String doubling = "['ab']" + ".map(a, a + a)".repeat(Expression.MAX_COMPREHENSIONS);
    assertThat(compile(doubling + "[0].size()", Expression.Type.INT).eval(new TestScope()))
        .isEqualTo(16L);
    assertThatThrownBy(() -> compile(doubling + ".map(a, a)[0] == 1", Expression.Type.BOOL))
        .hasMessage("1:1: found 4 walks through lists, expected at most 3");
  }

  /** What would run for years, or fill the memory, stops and counts as failed. */
  @Test
  void bombsStop() throws Exception {
    String numbers = "[" + "1,".repeat(99) + "1]";
    String walks = "%s.all(x, %s.all(y, %s.all(z, true)))".formatted(numbers, numbers, numbers);
    String textBomb =
        "['" + "x".repeat(600) + "']" + (".map(a, " + "a+".repeat(25) + "a)").repeat(3);
    String listBomb = "[[1,1,1]]" + (".map(a, " + "a+".repeat(25) + "a)").repeat(3);
    Map<String, String> bombs =
        Map.of(
            walks,
            "Iteration budget exceeded: 1000",
            textBomb + "[0] == ''",
            "a text of more than 16384 characters",
            listBomb + "[0] == []",
            "a list of more than 16384 items");
    bombs.forEach(
        (bomb, why) -> {
          TestScope scope = new TestScope();
          assertThat(compiled(bomb).test(scope)).isFalse();
          assertThat(scope.failures).singleElement().asString().contains(why);
        });
  }

  @Test
  void regularExpressionsAreBounded() throws Exception {
    assertThat(compile("'ab'.matches('(a|b){2}')", Expression.Type.BOOL).test(new TestScope()))
        .isTrue();
    assertThatThrownBy(() -> compile("'a'.matches('(a{1,100}){1,9}')", Expression.Type.BOOL))
        .hasMessage("1:13: found a regular expression of 1819 instructions, expected at most 500");
    TestScope scope = new TestScope();
    assertThat(compiled("'a'.matches('(a{1,100})' + '{1,9}')").test(scope)).isFalse();
    assertThat(scope.failures).singleElement().asString().contains("exceeds allowed program size");
  }

  static Stream<Arguments> indexed() {
    return Stream.of(
        arguments("event.event == 'A'", Set.of("A")),
        arguments("'A' == event.event && event.price > 1.0", Set.of("A")),
        arguments("event.event in ['A', 'B']", Set.of("A", "B")),
        arguments("event.event == 'A' || event.event == 'B' && event.gift", Set.of("A", "B")),
        arguments("event.event == 'A' && event.event == 'B'", Set.of()),
        arguments("event.event == 'A' || event.gift", null),
        arguments("event.event != 'A'", null),
        arguments("!(event.event == 'A')", null),
        arguments("event.event in customer.lastViewedProducts", null),
        arguments("steps.cart.event == 'A'", null));
  }

  @ParameterizedTest
  @MethodSource("indexed")
  void namesOfEventsAreSeenInTheText(String text, Set<String> names) throws Exception {
    assertThat(compile(text, Expression.Type.BOOL).eventNames()).isEqualTo(names);
  }

  @Test
  void whatIsReadIsKnown() throws Exception {
    Expression expression =
        compile(
            "customer.orderCount > 1 && has(event.color) && steps.cart.count > 1 && now > 0",
            Expression.Type.BOOL);
    assertThat(expression.reads())
        .containsExactlyInAnyOrder("customer.orderCount", "event.color", "steps.cart.count", "now");
    assertThat(expression.isIterative()).isTrue();
    assertThat(compile("event.gift", Expression.Type.BOOL).isIterative()).isFalse();
  }

  private static Expression compiled(String text) {
    return Expression.again(text, NAMES, Expression.Type.BOOL);
  }

  private static Expression compile(String text, Expression.Type type) throws ExpressionException {
    return Expression.compile(text, NAMES, type);
  }
}
