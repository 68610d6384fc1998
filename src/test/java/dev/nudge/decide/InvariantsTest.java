package dev.nudge.decide;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.paid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Trigger;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens, what a tenant limited stays within its limits. */
class InvariantsTest {
  private static final String[] KINDS = {
    "SPEND_SPIKE", "SPEND_DROP", "CART_ABANDONED", "SLEEP_LINE"
  };
  private static final int TOTAL = 12;

  private static String[] campaign(Random random, int number) {
    List<String> keys = new ArrayList<>();
    keys.add("trigger: {anomaly: " + KINDS[number % KINDS.length] + "}");
    keys.add("channels: [PUSH, SMS, ON_PAGE]");
    keys.add("priority: " + random.nextInt(3) * 10);
    if (random.nextBoolean()) {
      keys.add("delay: " + random.nextInt(120) + " min");
      keys.add("cancelOn: [Order Paid]");
    }
    if (random.nextInt(3) > 0) {
      keys.add("exclusive: x" + random.nextInt(2));
      keys.add("conversion: {windows: [6 h]}");
    }
    if (random.nextInt(3) == 0) {
      keys.add("reentry: 1 day");
    }
    if (random.nextInt(3) == 0) {
      keys.add("slots: [{days: MON-SUN, from: \"09:00\", to: \"17:00\"}]");
      keys.add("outsideSlot: " + (random.nextBoolean() ? "DEFER" : "DROP"));
    }
    if (random.nextInt(3) > 0) {
      keys.add(
          "resource: {kind: COUPON, type: T"
              + number % 2
              + ", amount: {random: {min: 1, max: 5}},"
              + " total: "
              + TOTAL
              + ", claim: {within: 3 h}, validFor: 5 h}");
      keys.add("budget: {total: 30, perDay: 12}");
    }
    keys.add("control: " + random.nextInt(2) * 20);
    return keys.toArray(new String[0]);
  }

  private static Brand brand(Random random, Set<String> budgeted) throws Exception {
    Brand brand = Brand.withDeliveries();
    brand.policy(
        "zone: Asia/Shanghai",
        "channels: {SMS: {cost: {model: PER_SEND, price: 0.5}}}",
        "quietHours: {from: \"22:00\", to: \"07:00\"}",
        "caps:",
        "- {scope: ANY, max: 3, window: {rolling: 1 day}}",
        "- {scope: CHANNEL, channel: PUSH, max: 1, window: {calendar: DAY}}",
        "- {scope: COUPON_TYPE, max: 1, window: {rolling: 12 h}}",
        "heldCoupons: 1");
    for (int number = 0; number < 8; number++) {
      String[] keys = campaign(random, number);
      brand.campaign("c" + number, keys);
      if (String.join("\n", keys).contains("budget:")) {
        budgeted.add("c" + number);
      }
    }
    return brand;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothingIsExceededAndEveryCandidateEndsOnce(long seed) throws Exception {
    Random random = new Random(seed);
    Set<String> budgeted = new HashSet<>();
    Brand brand = brand(random, budgeted);
    Set<String> candidates = new HashSet<>();
    Set<String> failed = new HashSet<>();
    int answered = 0;
    for (long at = START; at < START + 4 * DAY; at += 5 * MINUTE) {
      for (int i = 0; i < 3; i++) {
        CustomerKey who = new CustomerKey("acme", "c" + random.nextInt(12));
        if (random.nextInt(6) == 0) {
          brand.receive(paid(who, at, "o" + at + i));
        } else {
          brand.moment(who, KINDS[random.nextInt(KINDS.length)], at);
        }
      }
      // Gateways answer a while later, and not always.
      while (answered < brand.triggers.size()) {
        Trigger trigger = brand.triggers.get(answered++);
        DeliveryStatus status =
            switch (random.nextInt(4)) {
              case 0 -> DeliveryStatus.FAILED;
              case 1 -> null;
              default -> DeliveryStatus.SENT;
            };
        CustomerKey who = new CustomerKey("acme", trigger.customerId());
        if (status == DeliveryStatus.FAILED) {
          failed.add(trigger.id());
        }
        if (status != null) {
          brand.deliveryTo(
              who, new Delivery(status, trigger.id(), null, null, null, null, null), at + 1);
        }
        if (status == DeliveryStatus.SENT && trigger.resource() != null && random.nextBoolean()) {
          brand.deliveryTo(
              who,
              new Delivery(
                  DeliveryStatus.COUPON_CLAIMED, null, trigger.grantId(), null, null, null, null),
              at + HOUR);
        }
      }
      brand.until(at);
      for (int number = 0; number < 8; number++) {
        String id = "c" + number;
        assertThat(brand.totals().granted(id, Long.MIN_VALUE)).isLessThanOrEqualTo(TOTAL);
        if (budgeted.contains(id)) {
          assertThat(brand.totals().spentMilli(id, Long.MIN_VALUE))
              .isBetween(BigInteger.ZERO, BigInteger.valueOf(300_000_000L));
        }
      }
      for (int customer = 0; customer < 12; customer++) {
        assertThat(brand.recipient(new CustomerKey("acme", "c" + customer)).heldCoupons())
            .isLessThanOrEqualTo(1);
      }
    }
    brand.until(START + 30 * DAY);

    Map<String, Integer> finals = new HashMap<>();
    for (Decision row : brand.rows) {
      String candidate = row.campaign() + "|" + row.customerId() + "|" + row.moment();
      candidates.add(candidate);
      if (row.code().isFinal()) {
        finals.merge(candidate, 1, Integer::sum);
      }
    }
    assertThat(finals.keySet()).isEqualTo(candidates);
    assertThat(finals.values()).containsOnly(1);
    assertThat(brand.rows).extracting(Decision::id).doesNotHaveDuplicates();
    assertThat(brand.triggers).extracting(Trigger::id).doesNotHaveDuplicates();
    assertPushesWithinCap(brand, failed);
    assertThat(new TreeSet<>(brand.codes()))
        .contains(
            DecisionCode.SENT,
            DecisionCode.FREQUENCY_CAP,
            DecisionCode.LOWER_PRIORITY,
            DecisionCode.CANCELLED);
  }

  /**
   * From the rows and triggers alone: pushes that did not fail, one a day of Shanghai. A grant
   * whose push failed went on by another channel or is no grant any more.
   */
  private static void assertPushesWithinCap(Brand brand, Set<String> failed) {
    Map<String, Integer> pushes = new TreeMap<>();
    for (Trigger trigger : brand.triggers) {
      if (trigger.channel().equals("PUSH") && !failed.contains(trigger.id())) {
        long day = Math.floorDiv(trigger.notBeforeMillis() + 8 * HOUR, DAY);
        pushes.merge(trigger.customerId() + "|" + day, 1, Integer::sum);
      }
    }
    assertThat(pushes).isNotEmpty();
    assertThat(pushes.values()).containsOnly(1);
  }
}
