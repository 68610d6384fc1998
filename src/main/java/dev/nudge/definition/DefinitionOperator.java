package dev.nudge.definition;

import dev.nudge.ingest.IngestFunction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts definitions from what their reader refused, and says so: the version before stays in force.
 *
 * <p>Definitions carry no time. A watermark behind them says that those which stood on the topics
 * when the job was submitted have been read, which the first start waits for. How far each topic
 * was read is checkpointed, so a job that dies between two topics does not wait for ever.
 */
public final class DefinitionOperator extends AbstractStreamOperator<DefinitionVersion>
    implements OneInputStreamOperator<DefinitionRecord, DefinitionVersion> {
  private static final Logger SAYS = LoggerFactory.getLogger(DefinitionOperator.class);
  private static final Watermark READ = new Watermark(0);

  private final TreeMap<String, Long> newestOffsets;

  // One map; replaced at each checkpoint.
  private transient ListState<Map<String, Long>> readOffsets;
  private transient Map<String, Long> read;
  private transient boolean told;
  private transient Counter quarantined;

  /**
   * An operator.
   *
   * @param newestOffsets by topic, how far it must have been read; -1 for an empty one
   */
  public DefinitionOperator(Map<String, Long> newestOffsets) {
    this.newestOffsets = new TreeMap<>(newestOffsets);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    readOffsets =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("read-offsets", Types.MAP(Types.STRING, Types.LONG)));
    read = new HashMap<>();
    for (Map<String, Long> restored : readOffsets.get()) {
      read.putAll(restored);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    quarantined = metrics.counter("definitionsQuarantined");
    long now = getProcessingTimeService().getCurrentProcessingTime();
    // Nothing may come any more to say it by.
    var unused = getProcessingTimeService().registerTimer(now, time -> tellIfRead());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    readOffsets.update(List.of(read));
  }

  @Override
  public void processElement(StreamRecord<DefinitionRecord> element) {
    DefinitionRecord record = element.getValue();
    if (record.version() != null) {
      DefinitionVersion version = record.version();
      SAYS.info(
          "{} {} of {}: version {}",
          version.kind(),
          version.id(),
          version.tenant(),
          version.version());
      output.collect(new StreamRecord<>(version));
    } else if (record.deadLetter() != null) {
      quarantined.inc();
      SAYS.error("a definition was refused: {}", record.deadLetter().message());
      output.collect(IngestFunction.DEAD_LETTERS, new StreamRecord<>(record.deadLetter()));
    }
    read.merge(record.topic(), record.offset(), Math::max);
    tellIfRead();
  }

  private void tellIfRead() {
    boolean isRead =
        newestOffsets.entrySet().stream()
            .allMatch(newest -> read.getOrDefault(newest.getKey(), -1L) >= newest.getValue());
    if (isRead && !told) {
      told = true;
      output.emitWatermark(READ);
    }
  }
}
