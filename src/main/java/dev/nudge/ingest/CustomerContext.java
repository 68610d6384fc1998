package dev.nudge.ingest;

import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.metrics.MetricGroup;

/**
 * What {@link CustomerOperator} lends to the room it carries.
 *
 * @param <OUT> what the room says
 */
public interface CustomerContext<OUT> {
  /** State that every subtask holds alike. */
  <K, V> BroadcastState<K, V> definitions(MapStateDescriptor<K, V> descriptor) throws Exception;

  /** Metrics of the operator. */
  MetricGroup metrics();

  /** The time before which everything has been said, epoch milliseconds. */
  long watermarkMillis();

  /** Says something, stamped with the instant. */
  void emit(OUT output);
}
