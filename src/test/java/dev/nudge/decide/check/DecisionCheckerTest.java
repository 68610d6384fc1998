package dev.nudge.decide.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checker takes rows that are right, and none that are not. */
class DecisionCheckerTest {
  private static final List<String> CODES = DecisionPropertyIT.CODES;

  /** Fields of a row, and what else may not stand there. */
  private static final List<String> FIELDS =
      List.of("winner", "variant", "channel", "triggerId", "reason", "tenant");

  /** Those of a trigger. */
  private static final List<String> TRIGGER_FIELDS =
      List.of("id", "customerId", "campaign", "variant", "channel", "moment");

  static int shops() {
    return HandMadeShops.all().size();
  }

  static List<Integer> numbers() {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < shops(); i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static HandMadeShop shop(int number) {
    return HandMadeShops.all().get(number);
  }

  static List<HandMadeShop> all() {
    return HandMadeShops.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void rightRowsAreTaken(HandMadeShop shop) {
    assertThat(shop.violations()).isEmpty();
  }

  @Test
  void everyCodeStandsSomewhere() {
    Set<String> codes = new TreeSet<>();
    for (HandMadeShop each : HandMadeShops.all()) {
      each.shop().decisions.forEach(row -> codes.add(row.get("code").asText()));
    }
    assertThat(codes).containsExactlyInAnyOrderElementsOf(CODES);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void anotherCodeIsCaught(int number) {
    for (int row = 0; row < shop(number).shop().decisions.size(); row++) {
      for (String code : CODES) {
        HandMadeShop shop = shop(number);
        ObjectNode changed = (ObjectNode) shop.shop().decisions.get(row);
        if (!changed.get("code").asText().equals(code)) {
          changed.put("code", code);
          assertThat(shop.violations()).as("%s: %s", shop, changed).isNotEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void missingOrSecondRowIsCaught(int number) {
    for (int row = 0; row < shop(number).shop().decisions.size(); row++) {
      HandMadeShop without = shop(number);
      JsonNode removed = without.shop().decisions.remove(row);
      assertThat(without.violations()).as("%s without %s", without, removed).isNotEmpty();
      HandMadeShop twice = shop(number);
      ObjectNode second = twice.shop().decisions.get(row).deepCopy();
      twice.shop().decisions.add(second.put("id", "second"));
      assertThat(twice.violations()).as("%s with two %s", twice, second).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void otherTimesAreCaught(int number) {
    for (int row = 0; row < shop(number).shop().decisions.size(); row++) {
      for (String field : List.of("at", "due")) {
        for (int millis : new int[] {-1, 1}) {
          HandMadeShop shop = shop(number);
          ObjectNode changed = (ObjectNode) shop.shop().decisions.get(row);
          Instant time = Instant.parse(changed.get(field).asText()).plusMillis(millis);
          changed.put(field, time.toString());
          assertThat(shop.violations()).as("%s: %s", shop, changed).isNotEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void otherFieldsAreCaught(int number) {
    for (int row = 0; row < shop(number).shop().decisions.size(); row++) {
      for (String field : FIELDS) {
        HandMadeShop shop = shop(number);
        ObjectNode changed = (ObjectNode) shop.shop().decisions.get(row);
        if (changed.has(field)) {
          changed.put(field, "SMS".equals(changed.get(field).asText()) ? "PUSH" : "SMS");
          assertThat(shop.violations()).as("%s: %s", shop, changed).isNotEmpty();
        }
      }
      HandMadeShop shop = shop(number);
      ObjectNode changed = (ObjectNode) shop.shop().decisions.get(row);
      if (changed.has("amount")) {
        changed.put("amount", "4.9900");
        assertThat(shop.violations()).as("%s: %s", shop, changed).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void otherTriggersAreCaught(int number) {
    for (int i = 0; i < shop(number).shop().triggers.size(); i++) {
      HandMadeShop without = shop(number);
      without.shop().triggers.remove(i);
      assertThat(without.violations()).as("%s without trigger %d", without, i).isNotEmpty();
      for (String field : TRIGGER_FIELDS) {
        HandMadeShop shop = shop(number);
        ((ObjectNode) shop.shop().triggers.get(i)).put(field, "other");
        assertThat(shop.violations()).as("%s: other %s", shop, field).isNotEmpty();
      }
      for (String field : List.of("notBefore", "expires")) {
        HandMadeShop shop = shop(number);
        ((ObjectNode) shop.shop().triggers.get(i)).put(field, "2026-03-09T00:00:00Z");
        assertThat(shop.violations()).as("%s: other %s", shop, field).isNotEmpty();
      }
    }
  }

  /** The second half of the checker, which sees no more than the rows, catches these alone. */
  @Test
  void invariantsAreBrokenByRowsAlone() {
    assertBroken("no cap is exceeded", "a rolling cap of a channel", "FREQUENCY_CAP");
    assertBroken("no cap is exceeded", "a cap of the calendar", "FREQUENCY_CAP");
    assertBroken("no cap is exceeded", "a coupon's type has a period", "COUPON_TYPE_PERIOD");
    assertBroken("held coupons stay within", "held coupons until they expire", "HELD_COUPONS");
    assertBroken("never over-granted", "a total is usable to the last", "BUDGET_EXHAUSTED");
    assertBroken("never over-granted", "a budget a day", "BUDGET_EXHAUSTED");
    assertBroken("of an exclusive holds", "a group is busy", "GROUP_BUSY");
    assertBroken("perCustomer", "one a day of the customer's zone", "COUPON_PER_CUSTOMER");
    assertBroken("at most one", "the higher priority wins", "LOWER_PRIORITY");
  }

  private static void assertBroken(String sentence, String name, String code) {
    HandMadeShop shop =
        HandMadeShops.all().stream()
            .filter(each -> each.toString().startsWith(name))
            .findFirst()
            .orElseThrow();
    List<Violation> before = new ArrayList<>();
    Invariants.check(shop.shop(), before::add);
    assertThat(before).isEmpty();
    for (JsonNode row : shop.shop().decisions) {
      if (row.get("code").asText().equals(code)) {
        ObjectNode sent = (ObjectNode) row;
        sent.put("code", "SENT").put("channel", "PUSH").put("grantId", row.get("id").asText());
        if (shop.shop().campaigns.get("k").resource != null) {
          sent.put("amount", "5.0000");
        }
      }
    }
    List<Violation> after = new ArrayList<>();
    Invariants.check(shop.shop(), after::add);
    assertThat(after).anySatisfy(each -> assertThat(each.sentence()).contains(sentence));
  }

  /** Computed by another program, of another language. */
  @Test
  void chanceAndIdsAreThoseOfTheContract() {
    assertThat(Chance.triggerId("acme", "k", 1, "anna", "m1", "PUSH"))
        .isEqualTo("67ff553372e1086a9406d06d831407ab2087f6dc6a4b7197fd8588ddf982e1b0");
    assertThat(Chance.of("control", "acme", "k", "", "anna", "")).isEqualTo(4919);
  }
}
