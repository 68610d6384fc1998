package dev.nudge.ingest;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * What a room does with one customer's events, once they are in order.
 *
 * <p>A customer's turn is {@link #load}, any number of {@link #onInstant} in ascending order,
 * {@link #save} if it {@linkplain #isChanged changed}; turns of two customers never overlap. A turn
 * may have no instant at all.
 *
 * @param <D> definitions, which every subtask receives
 * @param <OUT> what the room says
 */
public interface CustomerFunction<D, OUT> extends Serializable {
  /** What {@link #dueMillis} answers when nothing is due by itself. */
  long NEVER = Long.MAX_VALUE;

  /** Once per subtask, before anything else. */
  void open(CustomerContext<OUT> context) throws Exception;

  /** A definition came; it is in force from the later of its own time and the watermark. */
  void onDefinition(D definition) throws Exception;

  /**
   * Whether an event could matter now, whatever the customer's state is. Asked only where nothing
   * else, such as recognising copies, needs the event; one that does not is never shown.
   */
  boolean concerns(CustomerEvent event);

  /**
   * Begins with a customer.
   *
   * @param state holds what {@link #save} wrote last, and is not to be written to
   * @param from where it begins
   * @param length how many bytes it has; 0 for a customer without state
   */
  void load(CustomerKey customer, byte[] state, int from, int length) throws Exception;

  /**
   * Everything that happens to the customer at one instant: first its events, then what is due.
   *
   * @param atMillis the instant, epoch milliseconds
   * @param events the customer's events of that instant, in the total order, each once; none when
   *     only something is due, or {@linkplain CustomerContext#visitEveryone everyone is visited}.
   *     The list is the caller's and changes after the call
   */
  void onInstant(long atMillis, List<Accepted> events) throws Exception;

  /**
   * How late an event may come and still be given to {@link #onLate}, in milliseconds; 0: what
   * comes behind the watermark is nobody's.
   */
  default long allowedLatenessMillis() {
    return 0;
  }

  /**
   * An event of an instant that has been told, no later than {@link #allowedLatenessMillis} behind
   * the watermark. A turn has one at most, and no instant then.
   */
  default void onLate(Accepted event) throws Exception {
    throw new UnsupportedOperationException("nothing late is taken");
  }

  /**
   * The next instant at which something is due by itself, epoch milliseconds, or {@link #NEVER}.
   * Asked after {@link #load}, and where that is an instant which the watermark has passed, by a
   * definition that came since, it comes at the first one after the watermark; and after each
   * {@link #onInstant}, and then later than that instant.
   */
  long dueMillis();

  /** Whether {@link #save} would write something else than was loaded. */
  boolean isChanged();

  /** Ends with the customer: writes its state, not a byte when nothing is to be kept. */
  void save(CodedOutputStream out) throws IOException;
}
