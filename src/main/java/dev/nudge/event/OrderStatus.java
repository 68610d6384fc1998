package dev.nudge.event;

/** The life of an order, in the sequence that orders events of one instant. */
public enum OrderStatus {
  PLACED,
  PAID,
  CANCELLED,
  REFUNDED
}
