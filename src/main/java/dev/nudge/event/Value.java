package dev.nudge.event;

/**
 * One property or attribute as the shop sent it: a JSON scalar with its type, or nested JSON as
 * text.
 *
 * @param type what stood in the record
 * @param text the string itself, the number's or boolean's literal, or the nested JSON
 */
public record Value(Type type, String text) {
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
}
