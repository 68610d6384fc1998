package dev.nudge.event;

/** Why a record could not be used. */
public enum DeadLetterReason {
  /** Not one JSON object in UTF-8. */
  NOT_JSON,
  /** A required field is absent or null. */
  FIELD_MISSING,
  /** A field has the wrong type, form or value. */
  FIELD_MISTYPED,
  /** An amount is negative or over 10^12, or a price or quantity is beyond that. */
  AMOUNT_OUT_OF_RANGE,
  /** Before {@code ingest.min-timestamp}: as a rule seconds taken for milliseconds. */
  TIMESTAMP_TOO_EARLY,
  /** Further ahead of the record's append time than {@code ingest.max-clock-skew}. */
  TIMESTAMP_TOO_LATE,
  /** An id of more than 256 characters. */
  ID_TOO_LONG,
  /** A record of more than 1 MiB. */
  RECORD_TOO_LARGE,
  /** A definition that its strict reader refuses; the version before it stays in force. */
  DEFINITION_REFUSED
}
