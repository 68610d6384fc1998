package dev.nudge.ingest;

import dev.nudge.event.DeadLetterReason;

/** Says why a record can't be used. Bad input is data, so it carries no stack trace. */
final class UnusableRecord extends Exception {
  private final DeadLetterReason reason;

  UnusableRecord(DeadLetterReason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static UnusableRecord missing(String field, String expected) {
    return new UnusableRecord(
        DeadLetterReason.FIELD_MISSING, field + ": missing, expected " + expected);
  }

  static UnusableRecord mistyped(String field, String found, String expected) {
    return new UnusableRecord(
        DeadLetterReason.FIELD_MISTYPED, field + ": found " + found + ", expected " + expected);
  }

  DeadLetterReason reason() {
    return reason;
  }
}
