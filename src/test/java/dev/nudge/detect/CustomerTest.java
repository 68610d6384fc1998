package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.erased;
import static dev.nudge.TestEvents.event;
import static dev.nudge.TestEvents.order;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.LifecyclePolicy;
import dev.nudge.definition.Policy;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Value;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a customer by an event, and what a birth date says. */
class CustomerTest {
  private static Customer after(Policy policy, CustomerEvent... events) {
    Customer customer = Customer.unknown();
    for (CustomerEvent event : events) {
      customer = customer.after(event, policy, Map.of());
    }
    return customer;
  }

  private static Customer born(String date, String... attributes) {
    Customer customer = after(Policy.DEFAULT, profiled(ANNA, START, "birthDate", date));
    return customer.after(profiled(ANNA, START, attributes), Policy.DEFAULT, Map.of());
  }

  private static long noon(String day) {
    return Instant.parse(day + "T12:00:00Z").toEpochMilli();
  }

  @ParameterizedTest
  @CsvSource({
    "1990-06-15, 2026-06-14, 35, 1",
    "1990-06-15, 2026-06-15, 36, 0",
    "1990-06-15, 2026-06-16, 36, 364",
    "1990-01-01, 2026-12-31, 36, 1",
    "2026-06-15, 2026-06-15, 0, 0",
    // 29 February is kept on the 28th where there is none.
    "2004-02-29, 2026-02-27, 21, 1",
    "2004-02-29, 2026-02-28, 22, 0",
    "2004-02-29, 2026-03-01, 22, 364",
    "2004-02-29, 2027-03-01, 23, 365",
    "2004-02-29, 2028-02-28, 23, 1",
    "2004-02-29, 2028-02-29, 24, 0",
    "2004-02-29, 2028-03-01, 24, 364"
  })
  void ageAndDaysToTheNextBirthday(String born, String today, int age, int days) {
    assertThat(born(born).age(noon(today), Policy.DEFAULT)).isEqualTo(age);
    assertThat(born(born).daysToBirthday(noon(today), Policy.DEFAULT)).isEqualTo(days);
  }

  @Test
  void whoIsYetToBeBornHasNoAge() {
    assertThat(born("2026-06-16").age(noon("2026-06-15"), Policy.DEFAULT)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "1990-02-30", "15.06.1990", "1990-06-15T00:00:00Z"})
  void whatIsNoDateSaysNothing(String text) {
    assertThat(born(text).age(START, Policy.DEFAULT)).isNull();
    assertThat(born(text).daysToBirthday(START, Policy.DEFAULT)).isNull();
  }

  @Test
  void withoutABirthDateThereIsNoAge() {
    assertThat(Customer.unknown().age(START, Policy.DEFAULT)).isNull();
    assertThat(Customer.unknown().daysToBirthday(START, Policy.DEFAULT)).isNull();
  }

  @Test
  void birthdayBeginsInTheCustomersZoneElseInTheTenants() {
    long evening = Instant.parse("2026-06-14T20:00:00Z").toEpochMilli();
    Policy shanghai = new Policy("acme", "Asia/Shanghai", null, LifecyclePolicy.DEFAULT);
    assertThat(born("1990-06-15").daysToBirthday(evening, Policy.DEFAULT)).isEqualTo(1);
    assertThat(born("1990-06-15").daysToBirthday(evening, shanghai)).isZero();
    assertThat(born("1990-06-15").age(evening, shanghai)).isEqualTo(36);
    assertThat(born("1990-06-15", "timezone", "UTC").daysToBirthday(evening, shanghai)).isOne();
  }

  @Test
  void eachKindOfEventChangesItsOwnPart() {
    Customer seen = after(Policy.DEFAULT, viewed(ANNA, START));
    assertThat(seen.browsing().lastSeenAtMillis()).isEqualTo(START);
    assertThat(seen.purchases()).isEqualTo(Purchases.none());
    Customer sent = after(Policy.DEFAULT, delivered(ANNA, START, DeliveryStatus.SENT));
    assertThat(sent.responses().sent(START)).isOne();
    assertThat(sent.browsing()).isEqualTo(Browsing.none());
    Customer paid = after(Policy.DEFAULT, paid(ANNA, START, "o1"));
    assertThat(paid.purchases().count()).isOne();
    assertThat(paid.lifecycle()).isEqualTo(new Lifecycle(null, 1, 1));
    assertThat(after(Policy.DEFAULT, cancelled(ANNA, START, "o1")).purchases())
        .isEqualTo(Purchases.none());
    assertThat(after(Policy.DEFAULT, refunded(ANNA, START, "o1", "5")).purchases().refundUnits())
        .isEqualTo(BigInteger.valueOf(50_000));
    assertThat(seen.inputs()).isOne();
  }

  @Test
  void erasedCustomerIsAsUnknownAsAnybody() {
    assertThat(after(Policy.DEFAULT, paid(ANNA, START, "o1"), erased(ANNA, START)))
        .isEqualTo(Customer.unknown());
  }

  @Test
  void moneyInAnotherCurrencyAddsUpToNothingAndStillBeginsALife() {
    Policy cny = new Policy("acme", "UTC", "CNY", LifecyclePolicy.DEFAULT);
    Customer customer =
        after(
            cny,
            event(ANNA, START, order("o1", OrderStatus.PAID, "USD", "5")),
            event(ANNA, START, order("o1", OrderStatus.REFUNDED, "USD", "5")),
            paid(ANNA, START + 1, "o2"));
    // No rule has entered a stage here, so each order begins a life.
    assertThat(customer.lifecycle().life()).isEqualTo(2);
    assertThat(customer.purchases().count()).isOne();
    assertThat(customer.purchases().refundUnits()).isZero();
  }

  @Test
  void attributesThatAreTooLongAreForgottenAndNotCut() {
    String longest = "x".repeat(Customer.MAX_LENGTH);
    Customer customer =
        after(
            Policy.DEFAULT,
            profiled(ANNA, START, "city", longest, longest, "1"),
            profiled(ANNA, START, "city", longest + "x", longest + "x", "1"));
    assertThat(customer.attributes()).containsOnlyKeys(longest);
    assertThat(customer.attributes()).containsValue(Value.string("1"));
  }
}
