package dev.nudge.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Keeps the {@link AlertBook} of each campaign, of each tenant and of the deployment, and judges
 * whenever the watermark passes the end of a minute in which something changed or is due: what
 * begins or ends is said.
 *
 * <p>What comes for a minute that is over is judged with the one that is open, as of its own
 * minute: a failure that comes more than an hour late counts for no rate.
 *
 * <p>What begins or ends is told when a checkpoint that knows of it is complete. After a failure
 * what came late may be judged a minute earlier or later, and an alert that nobody remembers would
 * never end.
 *
 * <p>In a rehearsal an alert is said once: when it is over, or when all has been read.
 */
final class AlertOperator extends AbstractStreamOperator<AlertRow>
    implements OneInputStreamOperator<AlertInput, AlertRow>, Triggerable<String, String> {
  /** Of what nothing is heard for that long, and nothing lasts, nothing is remembered. */
  static final long FORGET_AFTER_MILLIS = 365 * 86_400_000L;

  /** How far campaigns are on the way to their targets, at the end of each hour. */
  static final OutputTag<TargetRow> TARGETS =
      new OutputTag<>("targets", TypeInformation.of(TargetRow.class));

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final String BOOK = "book";
  private static final String CHANGES = "changes";
  private static final String JUDGE = "judge";
  private static final String FORGET = "forget";
  private static final String UNTOLD = "untold";

  /** Of what was untold when it was restored: the checkpoint is complete. */
  private static final long RESTORED = Long.MIN_VALUE;

  private final MeasureConfig measure;
  private final long endOfTimeMillis;
  private transient InternalTimerService<String> timers;

  // One of a campaign, a tenant or the deployment, as bytes of a bounded size; cleared by a timer
  // when for FORGET_AFTER_MILLIS nothing has come, nothing is due and no alert lasts.
  private transient ValueState<byte[]> books;
  // By the last instant of their minute; cleared by its timer, when they go into the book.
  private transient MapState<Long, List<AlertInput>> changes;
  // Of the subtask: rows that no complete checkpoint knows of; cleared by the next one.
  private transient ListState<AlertRow> untoldRows;
  private transient List<AlertRow> untold;
  private transient NavigableMap<Long, List<AlertRow>> byCheckpoint;
  private transient StreamRecord<AlertRow> record;
  private transient Counter late;

  /**
   * An operator.
   *
   * @param endOfTimeMillis up to when everything is known in the end, epoch milliseconds, where
   *     rows are written then
   */
  AlertOperator(MeasureConfig measure, long endOfTimeMillis) {
    this.measure = measure;
    this.endOfTimeMillis = endOfTimeMillis;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    untoldRows =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>(UNTOLD, TypeInformation.of(AlertRow.class)));
    untold = new ArrayList<>();
    byCheckpoint = new TreeMap<>();
    List<AlertRow> restored = new ArrayList<>();
    untoldRows.get().forEach(restored::add);
    byCheckpoint.put(RESTORED, restored);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    byCheckpoint.put(context.getCheckpointId(), untold);
    untold = new ArrayList<>();
    List<AlertRow> all = new ArrayList<>();
    byCheckpoint.values().forEach(all::addAll);
    untoldRows.update(all);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    NavigableMap<Long, List<AlertRow>> known = byCheckpoint.headMap(checkpointId, true);
    known.values().forEach(this::tell);
    known.clear();
  }

  private void tell(List<AlertRow> rows) {
    rows.forEach(row -> output.collect(record.replace(row)));
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("alerts", StringSerializer.INSTANCE, this);
    books =
        getPartitionedState(
            new ValueStateDescriptor<>(BOOK, BytePrimitiveArraySerializer.INSTANCE));
    changes =
        getPartitionedState(
            new MapStateDescriptor<>(
                CHANGES, Types.LONG, Types.LIST(TypeInformation.of(AlertInput.class))));
    record = new StreamRecord<>(null);
    late = metrics.counter("late");
  }

  @Override
  public void processElement(StreamRecord<AlertInput> element) throws Exception {
    AlertInput input = element.getValue();
    if (input.change() != null) {
      keep(input);
      return;
    }
    boolean isNew = books.value() == null;
    AlertBook book = read();
    if (input.terms() != null) {
      book.add(input.terms());
      setTimer(book);
    } else {
      book.add(input.outcome());
      say(book);
    }
    update(book, isNew);
  }

  private void update(AlertBook book, boolean isNew) throws IOException {
    if (isNew) {
      // One timer a book, which is set again until it is forgotten. Before the first watermark
      // nobody knows what time it is.
      timers.registerEventTimeTimer(FORGET, Math.max(0, timers.currentWatermark() + 1));
    }
    books.update(book.toBytes());
  }

  /** Until the watermark passes the last instant of its minute. */
  private void keep(AlertInput input) throws Exception {
    long last = ExperimentOperator.lastMillis(input.change().minuteMillis());
    if (last <= timers.currentWatermark()) {
      late.inc();
      long open = timers.currentWatermark() + 1;
      last = ExperimentOperator.lastMillis(Math.floorDiv(open, MINUTE_MILLIS) * MINUTE_MILLIS);
    }
    List<AlertInput> ofMinute = changes.get(last);
    if (ofMinute == null) {
      ofMinute = new ArrayList<>();
      timers.registerEventTimeTimer(JUDGE, last);
    }
    ofMinute.add(input);
    changes.put(last, ofMinute);
  }

  @Override
  public void onEventTime(InternalTimer<String, String> timer) throws Exception {
    long last = timer.getTimestamp();
    boolean isForgetting = timer.getNamespace().equals(FORGET);
    // A timer that sets the next one would never come to an end there.
    boolean isEnd = timers.currentWatermark() == Watermark.MAX_WATERMARK.getTimestamp();
    if (isEnd && (isForgetting || measure.rows() == MeasureConfig.Rows.AT_END)) {
      // What is left is judged up to the end of the world, and no further.
      return;
    }
    if (isForgetting) {
      forget();
      return;
    }
    boolean isNew = books.value() == null;
    AlertBook book = read();
    judge(book, last);
    if (!isEnd) {
      setTimer(book);
    }
    update(book, isNew);
  }

  private void setTimer(AlertBook book) {
    long due = book.dueMillis();
    if (due != AlertBook.NEVER) {
      timers.registerEventTimeTimer(JUDGE, due - 1);
    }
  }

  private void judge(AlertBook book, long lastMillis) throws Exception {
    List<AlertInput> ofMinute = changes.get(lastMillis);
    if (ofMinute != null) {
      changes.remove(lastMillis);
      book.advanceTo(lastMillis + 1 - MINUTE_MILLIS);
      for (AlertInput each : ofMinute) {
        book.add(each.change(), each.changes());
      }
    }
    book.advanceTo(lastMillis + 1);
    say(book);
    if ((lastMillis + 1) % HOUR_MILLIS == 0) {
      book.targets().forEach(row -> output.collect(TARGETS, new StreamRecord<>(row)));
    }
  }

  private void say(AlertBook book) {
    for (AlertRow row : book.drain()) {
      if (measure.rows() == MeasureConfig.Rows.LIVE) {
        untold.add(row);
      } else if (row.untilMillis() != null) {
        output.collect(record.replace(row));
      }
    }
  }

  private void forget() throws Exception {
    AlertBook book = read();
    long now = timers.currentWatermark();
    if (!book.isHeard()) {
      book.hear(now);
      books.update(book.toBytes());
    }
    long at = book.forgettableMillis(now, FORGET_AFTER_MILLIS);
    if (at > now) {
      timers.registerEventTimeTimer(FORGET, at);
    } else if (changes.isEmpty()) {
      books.clear();
    } else {
      // What waits for its minute is heard when it is judged.
      timers.registerEventTimeTimer(FORGET, now + FORGET_AFTER_MILLIS);
    }
  }

  private AlertBook read() throws IOException {
    String key = (String) getCurrentKey();
    return AlertBook.of(ArmInput.tenantOf(key), ArmInput.campaignOf(key), books.value());
  }

  @Override
  public void onProcessingTime(InternalTimer<String, String> timer) {
    throw new IllegalStateException("no processing-time timer is ever set");
  }

  @Override
  public void finish() throws Exception {
    if (measure.rows() == MeasureConfig.Rows.AT_END) {
      for (String key : keys()) {
        setCurrentKey(key);
        AlertBook book = read();
        for (long last : minutes()) {
          judgeUpTo(book, last);
          judge(book, last);
        }
        judgeUpTo(book, endOfTimeMillis - 1);
        tell(book.rows());
      }
    }
    // Nothing may be told any more when the last checkpoint is complete.
    byCheckpoint.values().forEach(this::tell);
    byCheckpoint.clear();
    tell(untold);
    untold.clear();
    super.finish();
  }

  /** What is due before an instant. */
  private void judgeUpTo(AlertBook book, long lastMillis) throws Exception {
    for (long due = book.dueMillis(); due <= lastMillis; due = book.dueMillis()) {
      judge(book, due - 1);
    }
  }

  private Set<Long> minutes() throws Exception {
    Set<Long> minutes = new TreeSet<>();
    changes.keys().forEach(minutes::add);
    return minutes;
  }

  private Set<String> keys() {
    Set<String> all = new TreeSet<>();
    for (String state : List.of(BOOK, CHANGES)) {
      try (Stream<String> keys =
          this.<String>getKeyedStateBackend().getKeys(state, VoidNamespace.INSTANCE)) {
        keys.forEach(all::add);
      }
    }
    return all;
  }
}
