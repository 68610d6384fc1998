package dev.nudge.local;

import java.nio.file.Path;

/**
 * The embedded ClickHouse can't start, or has failed while it ran. The message says what to do and
 * is meant for the person at the terminal.
 */
public class EngineException extends RuntimeException {

  private static final long serialVersionUID = 1;

  EngineException(String message) {
    super(message);
  }

  EngineException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Another program listens on the wanted port. */
  public static final class PortInUse extends EngineException {

    private static final long serialVersionUID = 1;

    PortInUse(int port, Throwable cause) {
      super(
          ("Port %d of 127.0.0.1 is taken. Stop the program that listens there, or choose another"
                  + " port for ClickHouse (0 takes any free one).")
              .formatted(port),
          cause);
    }
  }

  /** Another process, or another engine of this one, works in the data directory. */
  public static final class DirectoryInUse extends EngineException {

    private static final long serialVersionUID = 1;

    DirectoryInUse(Path directory) {
      super(
          "%s is used by another Nudge. Stop that one, or choose another data directory."
              .formatted(directory));
    }
  }

  /** There is no library for this machine. */
  public static final class NoLibrary extends EngineException {

    private static final long serialVersionUID = 1;

    NoLibrary(String message) {
      super(message);
    }
  }
}
