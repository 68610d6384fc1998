package dev.nudge.pattern;

/** What a tenant's schema says of a property of its events or an attribute of its customers. */
public enum PropertyType {
  /** Text. */
  STRING,
  /** A decimal; {@code double} in expressions. */
  NUMBER,
  /** A whole number of 64 bits; {@code int} in expressions. */
  INTEGER,
  /** True or false. */
  BOOLEAN
}
