package dev.nudge.event;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * One property or attribute as the shop sent it: a JSON scalar with its type, or nested JSON as
 * text.
 *
 * @param type what stood in the record
 * @param text the string itself, the number's or boolean's literal, or the nested JSON
 */
public record Value(Type type, String text) {
  /** Digits before the point that a {@linkplain #decimal() decimal} has at most. */
  private static final int WHOLE_DIGITS = 33;

  /** The JSON types that a property can have; {@code null} is an absent property. */
  public enum Type {
    STRING,
    NUMBER,
    BOOLEAN,
    JSON
  }

  /** A string. */
  public static Value string(String text) {
    return new Value(Type.STRING, text);
  }

  /** A number, by its literal. */
  public static Value number(String literal) {
    return new Value(Type.NUMBER, literal);
  }

  /**
   * The number that a string or a number stands for, half up to {@value Units#SCALE} places.
   *
   * @return null if it stands for none, or for one of more than {@value #WHOLE_DIGITS} digits
   *     before the point
   */
  public BigDecimal decimal() {
    if (type != Type.NUMBER && type != Type.STRING) {
      return null;
    }
    try {
      BigDecimal exact = new BigDecimal(text);
      // Asked before rounding, which would expand 1e999999999 and 1e-999999999 to all their digits.
      long digits = exact.precision() - (long) exact.scale();
      if (digits > WHOLE_DIGITS) {
        return null;
      }
      return (digits < -Units.SCALE ? BigDecimal.ZERO : exact)
          .setScale(Units.SCALE, RoundingMode.HALF_UP);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
