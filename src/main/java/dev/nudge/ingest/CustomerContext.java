package dev.nudge.ingest;

import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.OutputTag;

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

  /**
   * Gives every customer of whom anything is stored a turn, a few at a time, once the watermark has
   * reached an instant: so that what a change of definitions has ended is not kept for customers
   * who never come back, and what it has made due comes to them too. Asking again before that is
   * over begins it anew.
   */
  void visitEveryone(long atMillis);

  /** Says something, stamped with the instant. */
  void emit(OUT output);

  /** Says something beside that, stamped with the instant too. */
  <X> void emit(OutputTag<X> where, X output);
}
