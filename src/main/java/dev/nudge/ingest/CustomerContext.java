package dev.nudge.ingest;

import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.metrics.MetricGroup;

/**
 * What {@link CustomerOperator} lends to the room it carries.
 *
 * @param <OUT> what the room says
 */
public interface CustomerContext<OUT> {
  /** State of the customer whose instant it is. */
  <S extends State> S keyedState(StateDescriptor<S, ?> descriptor) throws Exception;

  /** State that every subtask holds alike. */
  <K, V> BroadcastState<K, V> definitions(MapStateDescriptor<K, V> descriptor) throws Exception;

  /** Metrics of the operator. */
  MetricGroup metrics();

  /** The time before which everything has been said, epoch milliseconds. */
  long watermarkMillis();

  /**
   * Calls the customer's {@link CustomerFunction#onInstant} at that time, after its events. Asking
   * twice for a later instant is asking once; there is no taking back: a wake-up that finds nothing
   * due does nothing.
   */
  void wakeAt(long atMillis);

  /** Says something, stamped with the instant. */
  void emit(OUT output);
}
