package dev.nudge.local;

import java.nio.file.Path;

/** The embedded broker can't start or has ended by itself; the message says what to do. */
public class BrokerException extends RuntimeException {

  BrokerException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Another program, or a broker that still runs, listens on the wanted port. */
  public static final class PortInUse extends BrokerException {
    private final int port;

    PortInUse(int port, Throwable cause) {
      super(
          ("Port %d of 127.0.0.1 can't be had (%s). Stop the program that listens there, or choose"
                  + " another port for Kafka (0 takes any free one).")
              .formatted(port, cause.getMessage()),
          cause);
      this.port = port;
    }

    /** The port that is taken. */
    public int port() {
      return port;
    }
  }

  /** Another process, or another broker of this one, works in the data directory. */
  public static final class DirectoryInUse extends BrokerException {
    DirectoryInUse(Path directory, Throwable cause) {
      super(
          "%s is used by another Nudge. Stop that one, or choose another data directory."
              .formatted(directory),
          cause);
    }
  }
}
