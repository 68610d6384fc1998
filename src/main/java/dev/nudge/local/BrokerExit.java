package dev.nudge.local;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;

/**
 * Keeps a dying broker from taking the whole process with it unnoticed.
 *
 * <p>Kafka ends the JVM, with {@code exit} or {@code halt}, when its data directory fails or an
 * invariant breaks. While a broker is embedded here, that call reaches the listeners instead and
 * then ends just the calling thread. Kafka has one such hook in a JVM and does not say which broker
 * calls, so every listener hears of it; that is exact with one broker, the only case outside tests.
 */
final class BrokerExit {

  private static final Set<Consumer<Throwable>> LISTENERS = ConcurrentHashMap.newKeySet();

  private BrokerExit() {}

  /** From now on the listener is told, instead of the JVM ended. */
  static synchronized void listen(Consumer<Throwable> listener) {
    LISTENERS.add(listener);
    Exit.setExitProcedure((status, message) -> died("exit", status, message));
    Exit.setHaltProcedure((status, message) -> died("halt", status, message));
  }

  /** The listener hears no more; after the last one Kafka may end the JVM again. */
  static synchronized void forget(Consumer<Throwable> listener) {
    LISTENERS.remove(listener);
    if (LISTENERS.isEmpty()) {
      Exit.resetExitProcedure();
      Exit.resetHaltProcedure();
    }
  }

  private static void died(String how, int status, String message) {
    BrokerException failure =
        new BrokerException(
            "The embedded Kafka broker ended itself (%s %d%s); the log says why."
                .formatted(how, status, message == null ? "" : ": " + message),
            null);
    LISTENERS.forEach(listener -> listener.accept(failure));
    // The caller expects never to return.
    throw failure;
  }
}
