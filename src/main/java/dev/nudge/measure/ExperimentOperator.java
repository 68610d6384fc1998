package dev.nudge.measure;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keeps each campaign's {@link ExperimentBook}, and compares its arms whenever the watermark passes
 * the end of a minute in which something changed: then the campaign's rows are said anew.
 *
 * <p>What comes for a minute that is over counts in the one that is open.
 *
 * <p>It is an operator and not a process function because a rehearsal says each row once, when all
 * has been read.
 */
final class ExperimentOperator extends AbstractStreamOperator<ArmRow>
    implements OneInputStreamOperator<ArmInput, ArmRow>, Triggerable<String, String> {
  /** Without a change for that long an experiment is over. */
  static final long FORGET_AFTER_MILLIS = 365 * 86_400_000L;

  private static final long MINUTE_MILLIS = 60_000L;
  private static final String BOOK = "book";
  private static final String CHANGES = "changes";
  private static final String COMPARE = "compare";
  private static final String FORGET = "forget";

  private final MeasureConfig measure;
  private final long endOfTimeMillis;
  private transient InternalTimerService<String> timers;

  // One a campaign, as bytes of a bounded size; closed by a timer when nothing has changed for
  // FORGET_AFTER_MILLIS. A few bytes stay, so that rows of a campaign that is taken up again
  // overrule the old ones.
  private transient ValueState<byte[]> books;
  // By the last instant of their minute; cleared by its timer, when they go into the book.
  private transient MapState<Long, List<ArmInput>> changes;
  private transient StreamRecord<ArmRow> record;
  private transient Counter late;
  private transient Counter refused;

  /**
   * An operator.
   *
   * @param endOfTimeMillis up to when everything is known in the end, epoch milliseconds, where
   *     rows are written then
   */
  ExperimentOperator(MeasureConfig measure, long endOfTimeMillis) {
    this.measure = measure;
    this.endOfTimeMillis = endOfTimeMillis;
  }

  /** The last instant of a minute. */
  static long lastMillis(long minuteMillis) {
    return minuteMillis + MINUTE_MILLIS - 1;
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("campaigns", StringSerializer.INSTANCE, this);
    books =
        getPartitionedState(
            new ValueStateDescriptor<>(BOOK, BytePrimitiveArraySerializer.INSTANCE));
    changes =
        getPartitionedState(
            new MapStateDescriptor<>(
                CHANGES, Types.LONG, Types.LIST(TypeInformation.of(ArmInput.class))));
    record = new StreamRecord<>(null);
    late = metrics.counter("late");
    refused = metrics.counter("refused");
  }

  @Override
  public void processElement(StreamRecord<ArmInput> element) throws Exception {
    ArmInput input = element.getValue();
    if (input.declared() != null) {
      ExperimentBook book = read();
      book.add(input.declared());
      write(book);
      return;
    }
    long last = lastMillis(input.change().minuteMillis());
    if (last <= timers.currentWatermark()) {
      late.inc();
      last = lastMillis(minuteOf(timers.currentWatermark() + 1));
    }
    List<ArmInput> ofMinute = changes.get(last);
    if (ofMinute == null) {
      ofMinute = new ArrayList<>();
      timers.registerEventTimeTimer(COMPARE, last);
    }
    ofMinute.add(input);
    changes.put(last, ofMinute);
  }

  private static long minuteOf(long millis) {
    return Math.floorDiv(millis, MINUTE_MILLIS) * MINUTE_MILLIS;
  }

  @Override
  public void onEventTime(InternalTimer<String, String> timer) throws Exception {
    if (timer.getNamespace().equals(FORGET)) {
      forget(timer.getTimestamp());
      return;
    }
    ExperimentBook book = read();
    boolean isNew = book.comparedMillis() == Long.MIN_VALUE;
    compare(book, timer.getTimestamp());
    changes.remove(timer.getTimestamp());
    write(book);
    if (isNew) {
      timers.registerEventTimeTimer(FORGET, timer.getTimestamp() + FORGET_AFTER_MILLIS);
    }
    if (measure.rows() == MeasureConfig.Rows.LIVE) {
      say(book, book.comparedMillis());
    }
  }

  private void compare(ExperimentBook book, long lastMillis) throws Exception {
    long before = book.refused();
    for (ArmInput each : changes.get(lastMillis)) {
      book.add(each.change(), each.changes());
    }
    refused.inc(book.refused() - before);
    book.advanceTo(lastMillis + 1);
  }

  private void say(ExperimentBook book, long asOfMillis) {
    book.rows(asOfMillis).forEach(row -> output.collect(record.replace(row)));
  }

  private void forget(long nowMillis) throws Exception {
    ExperimentBook book = read();
    long over = book.comparedMillis() - 1 + FORGET_AFTER_MILLIS;
    if (over <= nowMillis) {
      write(book.closed());
    } else {
      timers.registerEventTimeTimer(FORGET, over);
    }
  }

  private ExperimentBook read() throws IOException {
    String key = (String) getCurrentKey();
    byte[] bytes = books.value();
    return ExperimentCodec.read(
        ArmInput.tenantOf(key),
        ArmInput.campaignOf(key),
        bytes,
        0,
        bytes == null ? 0 : bytes.length);
  }

  private void write(ExperimentBook book) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    ExperimentCodec.write(out, book);
    out.flush();
    books.update(bytes.toByteArray());
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
        ExperimentBook book = read();
        for (long last : new TreeSet<>(minutes())) {
          compare(book, last);
        }
        say(book, endOfTimeMillis);
      }
    }
    super.finish();
  }

  private List<Long> minutes() throws Exception {
    List<Long> minutes = new ArrayList<>();
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
