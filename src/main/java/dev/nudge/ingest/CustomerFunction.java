package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.io.Serializable;
import java.util.List;

/**
 * What a room does with one customer's events, once they are in order.
 *
 * @param <D> definitions, which every subtask receives
 * @param <OUT> what the room says
 */
public interface CustomerFunction<D, OUT> extends Serializable {
  /** Once per subtask, before anything else. */
  void open(CustomerContext<OUT> context) throws Exception;

  /** A definition came; it is in force from the later of its own time and the watermark. */
  void onDefinition(D definition) throws Exception;

  /**
   * Everything that happens to one customer at one instant: first its events, then what is due.
   *
   * @param customer whose instant; keyed state is the customer's
   * @param atMillis the instant, epoch milliseconds
   * @param events the customer's events of that instant, in the total order, each once; none when
   *     only a wake-up is due
   */
  void onInstant(CustomerKey customer, long atMillis, List<CustomerEvent> events) throws Exception;
}
