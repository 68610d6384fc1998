package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.math.BigDecimal;
import java.util.List;

/**
 * What can be seen of an event and of the events that steps took; the rest is asked of {@link
 * #other}.
 *
 * <pre>
 *   event.price              the event's field
 *   event.event .at .source  the event's name, its time, the input it came by
 *   steps.cart.price         the field of the newest event that the step took
 *   steps.cart.first.price   the field of the first one
 *   steps.cart.count         how many there are
 * </pre>
 */
public abstract class EventScope implements Scope {
  private static final String EVENT = "event.";
  private static final String STEPS = "steps.";
  private static final String FIRST = "first.";
  private static final Value ONE = Value.number("1");

  /** The event that is looked at; null when it is time alone that passed. */
  protected abstract Occurrence event();

  /** The events that a step took so far, the first one first; empty if there are none. */
  protected abstract List<Occurrence> taken(String step);

  /** Any other name: {@code customer.…}, {@code policy.…}, {@code params.…}; null if absent. */
  protected Object other(String name) {
    return null;
  }

  @Override
  public final Object find(String name) {
    if (name.startsWith(EVENT)) {
      Occurrence event = event();
      return event == null ? null : field(event, name.substring(EVENT.length()));
    } else if (name.startsWith(STEPS)) {
      return ofStep(name.substring(STEPS.length()));
    } else if (name.equals("now")) {
      Object now = other(name);
      return now == null && event() != null ? (Object) event().atMillis() : now;
    }
    return other(name);
  }

  private Object ofStep(String name) {
    int dot = name.indexOf('.');
    List<Occurrence> taken = taken(name.substring(0, dot));
    String field = name.substring(dot + 1);
    if (field.equals("count")) {
      return (long) taken.size();
    } else if (taken.isEmpty()) {
      return null;
    } else if (field.startsWith(FIRST)) {
      return field(taken.get(0), field.substring(FIRST.length()));
    }
    return field(taken.get(taken.size() - 1), field);
  }

  /**
   * A field of an event, as expressions name it.
   *
   * @return null if it is absent; a quantity that is absent is 1
   */
  public static Object field(Occurrence event, String field) {
    return switch (field) {
      case "event" -> event.name();
      case "at" -> event.atMillis();
      case "messageId" -> event.messageId();
      case "source" -> event.topic().plainName();
      case "quantity" -> event.fields().getOrDefault("quantity", ONE);
      case "quantityUnits" -> units(event.fields().getOrDefault("quantity", ONE));
      case "priceUnits" -> units(event.fields().get("price"));
      case "amountUnits" -> units(event.fields().get("amount"));
      case "discountUnits" -> units(event.fields().get("discount"));
      default -> event.fields().get(field);
    };
  }

  /** A decimal in ten-thousandths; null if it is none, or finer or larger than an amount may be. */
  private static Long units(Value value) {
    if (value == null || value.type() == Value.Type.JSON || value.type() == Value.Type.BOOLEAN) {
      return null;
    }
    try {
      return Units.of(new BigDecimal(value.text()));
    } catch (ArithmeticException | NumberFormatException wrong) {
      return null;
    }
  }
}
