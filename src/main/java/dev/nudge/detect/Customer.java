package dev.nudge.detect;

import dev.nudge.definition.Policy;
import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Features;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Order;
import dev.nudge.event.Profile;
import dev.nudge.event.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What Detect knows of one customer, beside what its rules have open. It never ends by itself:
 * whoever came back after years is the same customer. {@code erased: true} ends it.
 *
 * @param lifecycle the stage
 * @param purchases features from orders
 * @param browsing features from clicks
 * @param responses features from deliveries
 * @param refills what will be used up
 * @param attributes the profile's; at most {@value #MAX_ATTRIBUTES}, a further one is not taken up
 * @param inputs events applied so far
 * @param elapsed up to when timetables have been looked at; null while none concerned the customer
 */
public record Customer(
    Lifecycle lifecycle,
    Purchases purchases,
    Browsing browsing,
    Responses responses,
    Refills refills,
    Map<String, Value> attributes,
    long inputs,
    Elapsed elapsed) {

  static final int MAX_ATTRIBUTES = 100;

  /**
   * Longest name and longest value of an attribute, in characters; longer ones are not taken up.
   */
  static final int MAX_LENGTH = 1_024;

  /** Whoever nothing is known of. */
  public static Customer unknown() {
    return new Customer(
        Lifecycle.unknown(),
        Purchases.none(),
        Browsing.none(),
        Responses.none(),
        Refills.none(),
        Map.of(),
        0,
        null);
  }

  /** Any event; what erases the customer leaves nothing. */
  public Customer after(CustomerEvent event, Policy policy, Map<String, Integer> refillDays) {
    if (event.click() != null) {
      return clicked(event.click(), event.atMillis(), policy);
    } else if (event.order() != null) {
      return ordered(event.order(), event.atMillis(), policy, refillDays);
    } else if (event.delivery() != null) {
      return answered(responses.with(event.delivery(), event.atMillis()));
    } else {
      return event.profile().erased() ? unknown() : told(event.profile());
    }
  }

  private Customer clicked(Click click, long atMillis, Policy policy) {
    return with(lifecycle, purchases, browsing.clicked(click, atMillis, zone(policy)), refills);
  }

  /** Any step of an order. Amounts in a currency that the policy does not name are not added up. */
  private Customer ordered(
      Order order, long atMillis, Policy policy, Map<String, Integer> refillDays) {
    boolean counts = policy.currency() == null || policy.currency().equals(order.currency());
    return switch (order.status()) {
      case PLACED -> with(lifecycle, purchases, browsing.ordered(), refills);
      case PAID -> {
        Lifecycle paid = lifecycle.paid();
        boolean newLife = paid.life() > lifecycle.life();
        Purchases bought =
            counts
                ? purchases.paid(order, atMillis, newLife)
                : newLife ? purchases.newLife() : purchases;
        yield with(paid, bought, browsing.ordered(), refills.paid(order, atMillis, refillDays));
      }
      case REFUNDED ->
          with(
              lifecycle,
              counts ? purchases.refunded(order.amountUnits()) : purchases,
              browsing,
              refills);
      case CANCELLED -> with(lifecycle, purchases, browsing, refills);
    };
  }

  private Customer told(Profile profile) {
    Map<String, Value> merged = new HashMap<>(attributes);
    // By name, so that which of too many are taken up is the same everywhere.
    for (Map.Entry<String, Value> told : new TreeMap<>(profile.attributes()).entrySet()) {
      String name = told.getKey();
      boolean fits = name.length() <= MAX_LENGTH && told.getValue().text().length() <= MAX_LENGTH;
      if (!fits) {
        merged.remove(name);
      } else if (merged.containsKey(name) || merged.size() < MAX_ATTRIBUTES) {
        merged.put(name, told.getValue());
      }
    }
    return new Customer(
        lifecycle, purchases, browsing, responses, refills, merged, inputs + 1, elapsed);
  }

  private Customer answered(Responses answers) {
    return new Customer(
        lifecycle, purchases, browsing, answers, refills, attributes, inputs + 1, elapsed);
  }

  private Customer with(Lifecycle stands, Purchases bought, Browsing browsed, Refills used) {
    return new Customer(stands, bought, browsed, responses, used, attributes, inputs + 1, elapsed);
  }

  /** A rule's proposal, accepted. */
  Customer entered(LifecycleStage stage) {
    return new Customer(
        lifecycle.entered(stage),
        purchases,
        browsing,
        responses,
        refills,
        attributes,
        inputs,
        elapsed);
  }

  /** What was due to be refilled has been told. */
  Customer refilled(long nowMillis) {
    return new Customer(
        lifecycle,
        purchases,
        browsing,
        responses,
        refills.after(nowMillis),
        attributes,
        inputs,
        elapsed);
  }

  /** Timetables have been looked at up to then. */
  Customer elapsed(Elapsed now) {
    return new Customer(
        lifecycle, purchases, browsing, responses, refills, attributes, inputs, now);
  }

  /** Whether any event was ever heard of. */
  boolean isSeen() {
    return inputs > 0;
  }

  /** The features at that instant. */
  public Features features(long nowMillis, Policy policy) {
    boolean bought = purchases.count() > 0;
    boolean seen = browsing.lastSeenAtMillis() > 0;
    return new Features(
        lifecycle.stage(),
        lifecycle.life(),
        purchases.count(),
        purchases.lifeCount(),
        purchases.sumUnits(),
        purchases.mean(),
        purchases.stdDev(),
        purchases.refundUnits(),
        purchases.sumUnits().subtract(purchases.refundUnits()),
        bought ? purchases.firstAtMillis() : null,
        bought ? purchases.lastAtMillis() : null,
        bought ? Windows.wholeDays(purchases.lastAtMillis(), nowMillis) : null,
        purchases.meanGapMillis(),
        purchases.ordersWithin(30, nowMillis),
        purchases.ordersWithin(90, nowMillis),
        purchases.ordersWithin(180, nowMillis),
        purchases.ordersWithin(365, nowMillis),
        purchases.sumWithin(30, nowMillis),
        purchases.sumWithin(90, nowMillis),
        purchases.sumWithin(180, nowMillis),
        purchases.sumWithin(365, nowMillis),
        purchases.lastProducts(),
        seen ? browsing.lastSeenAtMillis() : null,
        seen ? Windows.wholeDays(browsing.lastSeenAtMillis(), nowMillis) : null,
        browsing.viewsOfWeek(nowMillis),
        browsing.cart().valueUnits(nowMillis),
        browsing.favouriteCategories(nowMillis),
        browsing.lastProducts(),
        browsing.bestHour(),
        responses.sent(nowMillis),
        responses.clicked(nowMillis),
        responses.redeemed(nowMillis),
        responses.lastClickedAtMillis() > 0 ? responses.lastClickedAtMillis() : null,
        responses.discountUnits(),
        age(nowMillis, policy),
        daysToBirthday(nowMillis, policy),
        attributes);
  }

  /** Birthdays since the birth date in the profile; null without a valid one. */
  Integer age(long nowMillis, Policy policy) {
    LocalDate born = birthDate();
    LocalDate today = today(nowMillis, policy);
    if (born == null || born.isAfter(today)) {
      return null;
    }
    boolean isYetToCome = born.withYear(today.getYear()).isAfter(today);
    return today.getYear() - born.getYear() - (isYetToCome ? 1 : 0);
  }

  /** Days until the next birthday, 0 on the day; 29 February is kept on the 28th in other years. */
  Integer daysToBirthday(long nowMillis, Policy policy) {
    LocalDate born = birthDate();
    if (born == null) {
      return null;
    }
    LocalDate today = today(nowMillis, policy);
    LocalDate next = born.withYear(today.getYear());
    if (next.isBefore(today)) {
      next = born.withYear(today.getYear() + 1);
    }
    return (int) ChronoUnit.DAYS.between(today, next);
  }

  private LocalDate birthDate() {
    Value text = attributes.get("birthDate");
    try {
      return text == null ? null : LocalDate.parse(text.text());
    } catch (DateTimeException e) {
      // What a shop writes into a profile is not checked; an unknown date is as good as none.
      return null;
    }
  }

  private LocalDate today(long nowMillis, Policy policy) {
    return LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), zone(policy));
  }

  /** The customer's zone, else the tenant's. */
  ZoneId zone(Policy policy) {
    ZoneId own = ownZone();
    return own == null ? ZoneId.of(policy.zone()) : own;
  }

  /** The zone that the profile names; null where it names none that there is. */
  ZoneId ownZone() {
    Value own = attributes.get("timezone");
    try {
      return own == null ? null : ZoneId.of(own.text());
    } catch (DateTimeException e) {
      // What a shop writes into a profile is not checked; an unknown zone is as good as none.
      return null;
    }
  }
}
