package dev.nudge.local;

/** A replay that can't go on; the message says what to do. */
public final class ReplayException extends RuntimeException {

  ReplayException(String message, Throwable cause) {
    super(message, cause);
  }
}
