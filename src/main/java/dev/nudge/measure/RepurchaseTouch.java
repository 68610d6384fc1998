package dev.nudge.measure;

/** What the last touch of an order was, in its primary window. */
public enum RepurchaseTouch {
  /** A campaign that something the customer did had set off. */
  EVENT,
  /** A campaign whose time had come. */
  SCHEDULED,
  /** No campaign. */
  NONE
}
