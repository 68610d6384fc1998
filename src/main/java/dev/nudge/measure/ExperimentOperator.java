package dev.nudge.measure;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.ExperimentResult;
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
import org.apache.flink.util.OutputTag;

/**
 * Keeps each campaign's {@link ExperimentBook}, and compares its arms whenever the watermark passes
 * the end of a minute in which something changed: then the campaign's rows are said anew.
 *
 * <p>What comes for a minute that is over counts in the one that is open.
 *
 * <p>At the end of the minute for which a result is asked it is found: once for each version and
 * instant, since those who ask are many, and never in a rehearsal, which changes no allocation.
 *
 * <p>It is an operator and not a process function because a rehearsal says each row once, when all
 * has been read.
 */
final class ExperimentOperator extends AbstractStreamOperator<ArmRow>
    implements OneInputStreamOperator<ArmInput, ArmRow>, Triggerable<String, String> {
  /** Without a change for that long an experiment is over. */
  static final long FORGET_AFTER_MILLIS = 365 * 86_400_000L;

  /** What came of experiments, for whoever waits for it. */
  static final OutputTag<ExperimentResult> RESULTS =
      new OutputTag<>("results", TypeInformation.of(ExperimentResult.class));

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
  // By the last instant of their minute; cleared by its timer, when they go into the book. Results
  // that are asked for stand there too.
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
    } else if (input.awaited() != null && measure.rows() == MeasureConfig.Rows.AT_END) {
      // A rehearsal changes no allocation.
      return;
    } else if (input.awaited() != null) {
      AwaitedResult awaited = input.awaited();
      if (!read().isAsked(awaited.version(), awaited.foundMillis())) {
        keep(input, awaited.foundMillis() - 1);
      }
    } else {
      keep(input, lastMillis(input.change().minuteMillis()));
    }
  }

  /** Until the watermark passes the last instant of a minute. */
  private void keep(ArmInput input, long lastMillis) throws Exception {
    long last = lastMillis;
    if (last <= timers.currentWatermark()) {
      late.inc();
      last = lastMillis(minuteOf(timers.currentWatermark() + 1));
    }
    List<ArmInput> ofMinute = changes.get(last);
    if (ofMinute == null) {
      ofMinute = new ArrayList<>();
      timers.registerEventTimeTimer(COMPARE, last);
    }
    if (input.awaited() == null || !ofMinute.contains(input)) {
      ofMinute.add(input);
      changes.put(last, ofMinute);
    }
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
    List<ArmInput> ofMinute = changes.get(timer.getTimestamp());
    changes.remove(timer.getTimestamp());
    boolean isChanged = compare(book, ofMinute, timer.getTimestamp());
    if (measure.rows() == MeasureConfig.Rows.LIVE) {
      long end = timer.getTimestamp() + 1;
      askForResults(book, ofMinute, end);
      findResults(book, ofMinute, end);
      if (isChanged) {
        say(book, book.comparedMillis());
      }
    }
    write(book);
    if (isNew) {
      timers.registerEventTimeTimer(FORGET, timer.getTimestamp() + FORGET_AFTER_MILLIS);
    }
  }

  /** Whether anything changed. */
  private boolean compare(ExperimentBook book, List<ArmInput> ofMinute, long lastMillis) {
    long before = book.refused();
    boolean isChanged = false;
    for (ArmInput each : ofMinute) {
      if (each.change() != null) {
        book.add(each.change(), each.changes());
        isChanged = true;
      }
    }
    refused.inc(book.refused() - before);
    book.advanceTo(lastMillis + 1);
    return isChanged;
  }

  /** Where nobody waits it is the first grant after which a result is to be found. */
  private void askForResults(ExperimentBook book, List<ArmInput> ofMinute, long endMillis)
      throws Exception {
    for (ArmInput each : ofMinute) {
      if (each.change() == null || each.change().customers() <= 0) {
        continue;
      }
      int version = each.change().version();
      Long found = book.resultMillis(version, endMillis);
      if (found != null) {
        ArmChange change = each.change();
        keep(
            ArmInput.of(new AwaitedResult(change.tenant(), change.campaign(), version, found)),
            found - 1);
        book.ask(version, found);
      }
    }
  }

  private void findResults(ExperimentBook book, List<ArmInput> ofMinute, long endMillis) {
    for (ArmInput each : ofMinute) {
      if (each.awaited() != null) {
        int version = each.awaited().version();
        book.ask(version, endMillis);
        output.collect(RESULTS, new StreamRecord<>(book.result(version, endMillis)));
      }
    }
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
          compare(book, changes.get(last), last);
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
