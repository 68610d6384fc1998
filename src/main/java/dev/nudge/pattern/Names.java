package dev.nudge.pattern;

import dev.nudge.event.Value;
import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which names an expression may use, and their types.
 *
 * <p>{@code event.price} is a {@code double} and {@code customer.orderCount} an {@code int} whoever
 * the tenant is; what else an event or a customer carries is typed by the tenant's schema, or
 * dynamic. Steps and parameters are those of one definition.
 */
public final class Names implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The names before the first dot. */
  static final List<String> ROOTS =
      List.of("event", "customer", "steps", "now", "params", "policy");

  /** How a value is seen by an expression. */
  enum Type {
    BOOL,
    INT,
    DOUBLE,
    STRING,
    STRINGS,
    DYNAMIC
  }

  /** The ending of money's exact counterpart. */
  static final String UNITS = "Units";

  /** Slips of the pen up to which an attribute's name is taken for a misspelt feature. */
  private static final int MAX_SLIPS = 2;

  private static final Map<String, Type> EVENT = new HashMap<>();
  private static final Map<String, Type> CUSTOMER = new HashMap<>();
  private static final Map<String, Type> OTHER = new HashMap<>();

  static {
    put(EVENT, Type.STRING, "event", "messageId", "source", "productId", "name", "category");
    put(EVENT, Type.STRING, "brand", "variant", "orderId", "currency", "sessionId", "grantId");
    put(EVENT, Type.STRING, "refundOf", "triggerId", "couponType", "channel");
    put(EVENT, Type.INT, "at", "amountUnits", "priceUnits", "quantityUnits", "discountUnits");
    put(EVENT, Type.DOUBLE, "price", "quantity", "value", "amount", "discount");
    put(EVENT, Type.BOOL, "first");

    put(CUSTOMER, Type.STRING, "stage");
    put(CUSTOMER, Type.INT, "life", "orderCount", "lifeOrderCount", "paidInLife");
    put(CUSTOMER, Type.INT, "orders30d", "orders90d", "orders180d", "orders365d", "viewCount7d");
    put(CUSTOMER, Type.INT, "sent30d", "clicked30d", "redeemed30d", "bestHour");
    put(CUSTOMER, Type.INT, "daysSinceOrder", "daysSinceSeen", "age", "daysToBirthday");
    put(CUSTOMER, Type.INT, "firstOrderAt", "lastOrderAt", "lastSeenAt", "lastClickedAt");
    put(CUSTOMER, Type.INT, "cartOpenedAt");
    put(CUSTOMER, Type.DOUBLE, "orderMean", "orderStdDev", "meanGapMillis");
    for (String money :
        List.of(
            "orderSum",
            "refundSum",
            "netSum",
            "discountSum",
            "sum30d",
            "sum90d",
            "sum180d",
            "sum365d",
            "cartValue")) {
      put(CUSTOMER, Type.DOUBLE, money);
      put(CUSTOMER, Type.INT, money + UNITS);
    }
    put(CUSTOMER, Type.STRINGS, "lastBoughtProducts", "favouriteCategories", "lastViewedProducts");

    put(OTHER, Type.INT, "now");
    put(OTHER, Type.STRING, "policy.currency", "policy.zone", "policy.lifecycle.recoverTo");
    put(OTHER, Type.INT, "policy.lifecycle.dormantDays", "policy.lifecycle.lostDays");
    put(OTHER, Type.INT, "policy.lifecycle.stableOrders", "policy.lifecycle.declineMinDays");
  }

  private final TreeMap<String, PropertyType> schema;
  private final TreeMap<String, Type> params;
  private final TreeSet<String> steps;
  private final boolean event;

  private Names(
      Map<String, PropertyType> schema,
      Map<String, Type> params,
      Collection<String> steps,
      boolean event) {
    this.schema = new TreeMap<>(schema);
    this.params = new TreeMap<>(params);
    this.steps = new TreeSet<>(steps);
    this.event = event;
  }

  /** The names of a tenant with that schema, which has the type of some, by name. */
  public static Names of(Map<String, PropertyType> schema) {
    return new Names(schema, Map.of(), Set.of(), true);
  }

  /**
   * Adds a definition's parameters, but for maps, which are for code alone, {@code params.factor}.
   * A number with a decimal point is a {@code double}, one without an {@code int}.
   *
   * @param defaults their values, which have the types
   */
  public Names withParams(Map<String, Value> defaults) {
    Map<String, Type> types = new HashMap<>();
    defaults.forEach(
        (name, value) -> {
          if (value.type() != Value.Type.JSON) {
            types.put(name, typeOf(value));
          }
        });
    return new Names(schema, types, steps, event);
  }

  /** Adds a step, {@code steps.cart}. */
  public Names withStep(String step) {
    TreeSet<String> more = new TreeSet<>(steps);
    more.add(step);
    return new Names(schema, params, more, event);
  }

  /** Takes the event away, for what is evaluated by a timer. */
  public Names withoutEvent() {
    return new Names(schema, params, steps, false);
  }

  /** Whether a literal of a parameter is a whole number; another number is a decimal. */
  static boolean isWhole(String literal) {
    return literal.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
  }

  private static Type typeOf(Value value) {
    return switch (value.type()) {
      case NUMBER -> isWhole(value.text()) ? Type.INT : Type.DOUBLE;
      case BOOLEAN -> Type.BOOL;
      case STRING -> Type.STRING;
      case JSON -> throw new IllegalArgumentException("a parameter is one value, not " + value);
    };
  }

  /** Whether there is an event to see. */
  boolean hasEvent() {
    return event;
  }

  /** The steps that may be named. */
  Set<String> steps() {
    return steps;
  }

  /** The type of {@code event.<field>} or {@code steps.<name>.<field>}. */
  Type typeOfEventField(String field) {
    return EVENT.containsKey(field) ? EVENT.get(field) : typeBySchema(field);
  }

  /** The type of {@code customer.<name>}. */
  Type typeOfCustomer(String name) {
    return CUSTOMER.containsKey(name) ? CUSTOMER.get(name) : typeBySchema(name);
  }

  /** The feature that someone meant by {@code customer.<name>}; null if it may be an attribute. */
  String misspeltFeature(String name) {
    return CUSTOMER.containsKey(name) || schema.containsKey(name)
        ? null
        : Suggestion.nearest(name, CUSTOMER.keySet(), MAX_SLIPS);
  }

  /** The type of any other name; null if there is none. */
  Type typeOf(String name) {
    return name.startsWith("params.")
        ? params.get(name.substring("params.".length()))
        : OTHER.get(name);
  }

  /** The names that begin with a root and a dot, for a message. */
  Collection<String> known(String root) {
    if (root.equals("params")) {
      return params.keySet().stream().map(name -> "params." + name).toList();
    } else if (root.equals("steps")) {
      return steps.stream().map(name -> "steps." + name).toList();
    }
    return new TreeSet<>(OTHER.keySet())
        .stream().filter(name -> name.startsWith(root + ".")).toList();
  }

  private Type typeBySchema(String name) {
    PropertyType type = schema.get(name);
    if (type == null) {
      return Type.DYNAMIC;
    }
    return switch (type) {
      case STRING -> Type.STRING;
      case NUMBER -> Type.DOUBLE;
      case INTEGER -> Type.INT;
      case BOOLEAN -> Type.BOOL;
    };
  }

  private static void put(Map<String, Type> types, Type type, String... names) {
    for (String name : names) {
      types.put(name, type);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Names that
        && schema.equals(that.schema)
        && params.equals(that.params)
        && steps.equals(that.steps)
        && event == that.event;
  }

  @Override
  public int hashCode() {
    return schema.hashCode() + 31 * params.hashCode() + 17 * steps.hashCode();
  }
}
