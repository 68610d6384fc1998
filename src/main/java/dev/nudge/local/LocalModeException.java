package dev.nudge.local;

import java.nio.file.Path;

/** Local mode can't start; the message says what to do and is meant for the person at the shell. */
public class LocalModeException extends RuntimeException {

  private static final long serialVersionUID = 1;

  LocalModeException(String message) {
    super(message);
  }

  LocalModeException(String message, Throwable cause) {
    super(message, cause);
  }

  static LocalModeException portInUse(int port, String part, String option, Throwable cause) {
    return new LocalModeException(
        "Port %d of 127.0.0.1 is taken. Stop the program that listens there, or choose another port for %s: %s N (0 takes any free one)."
            .formatted(port, part, option),
        cause);
  }

  static LocalModeException directoryInUse(Path directory) {
    return new LocalModeException(
        "%s is used by another local mode. Stop that one, or choose another directory: --dir DIR."
            .formatted(directory.toAbsolutePath()));
  }

  static LocalModeException otherClock(Path directory, String was, String is) {
    return new LocalModeException(
        "In %s time is that of %s; with that of %s events would come too late to count, or everybody would be lost. Start as before, start over with --fresh, or choose another directory: --dir DIR."
            .formatted(directory.toAbsolutePath(), was, is));
  }
}
