package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.operators.testutils.MockInputSplitProvider;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.TestableKeyedStateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/**
 * Flink's harness around a {@link CustomerOperator}, keyed as in the topology, with its counters.
 *
 * @param <D> definitions
 * @param <OUT> what the function says
 */
@SuppressWarnings("try") // Flink's harness throws whatever it likes on close.
public final class CustomerHarness<D, OUT> extends AbstractStreamOperatorTestHarness<OUT> {
  /** Key groups of every harness, so that a snapshot of one fits another. */
  public static final int KEY_GROUPS = 16;

  /** Where state lies. */
  public enum Backend {
    HEAP,
    ROCKSDB;

    StateBackend create() {
      return this == HEAP ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend(true);
    }
  }

  private final CustomerOperator<D, OUT> customers;
  private final InterceptingOperatorMetricGroup metrics;

  private CustomerHarness(
      CustomerOperator<D, OUT> customers,
      StateBackend backend,
      int parallelism,
      int subtask,
      InterceptingOperatorMetricGroup metrics)
      throws Exception {
    super(
        customers,
        new MockEnvironmentBuilder()
            .setTaskName("customers")
            .setManagedMemorySize(3 << 20)
            .setInputSplitProvider(new MockInputSplitProvider())
            .setBufferSize(1024)
            .setMaxParallelism(KEY_GROUPS)
            .setParallelism(parallelism)
            .setSubtaskIndex(subtask)
            .setMetricGroup(taskOf(metrics))
            .build());
    this.customers = customers;
    this.metrics = metrics;
    executionConfig.configure(
        new Configuration().set(PipelineOptions.GENERIC_TYPES, false), getClass().getClassLoader());
    setStateBackend(backend);
    TypeInformation<CustomerKey> keyType = TypeInformation.of(CustomerKey.class);
    KeySelector<CustomerEvent, CustomerKey> keyOfEvent = CustomerEvent::key;
    config.setStatePartitioner(0, keyOfEvent);
    config.setStateKeySerializer(keyType.createSerializer(executionConfig.getSerializerConfig()));
    config.serializeAllConfigs();
  }

  /** The one subtask of a job at its first start. */
  public static <D, OUT> CustomerHarness<D, OUT> start(
      CustomerFunction<D, OUT> function, IngestConfig ingest, Backend backend) throws Exception {
    return start(new CustomerOperator<>(function, ingest), backend.create());
  }

  /** The same for an operator or a state backend that is not one of a job's. */
  static <D, OUT> CustomerHarness<D, OUT> start(
      CustomerOperator<D, OUT> customers, StateBackend backend) throws Exception {
    CustomerHarness<D, OUT> harness =
        new CustomerHarness<>(customers, backend, 1, 0, new InterceptingOperatorMetricGroup());
    harness.open();
    return harness;
  }

  /** A subtask of a job that goes on from a snapshot taken at another parallelism, or the same. */
  public static <D, OUT> CustomerHarness<D, OUT> restore(
      OperatorSubtaskState snapshot,
      CustomerFunction<D, OUT> function,
      IngestConfig ingest,
      Backend backend,
      int parallelismBefore,
      int parallelism,
      int subtask)
      throws Exception {
    CustomerHarness<D, OUT> harness =
        new CustomerHarness<>(
            new CustomerOperator<>(function, ingest),
            backend.create(),
            parallelism,
            subtask,
            new InterceptingOperatorMetricGroup());
    harness.initializeState(
        repartitionOperatorState(snapshot, KEY_GROUPS, parallelismBefore, parallelism, subtask));
    harness.open();
    return harness;
  }

  public void receive(CustomerEvent... events) throws Exception {
    for (CustomerEvent event : events) {
      StreamRecord<CustomerEvent> record = new StreamRecord<>(event, event.atMillis());
      customers.setKeyContextElement1(record);
      customers.processElement1(record);
    }
  }

  public void define(D definition) throws Exception {
    customers.processElement2(new StreamRecord<>(definition));
  }

  public void watermark(long atMillis) throws Exception {
    customers.processWatermark1(new Watermark(atMillis));
  }

  public void endOfEvents() throws Exception {
    customers.processWatermark1(Watermark.MAX_WATERMARK);
  }

  public void endOfDefinitions() throws Exception {
    customers.processWatermark2(Watermark.MAX_WATERMARK);
  }

  public void definitionsIdle() throws Exception {
    customers.processWatermarkStatus2(WatermarkStatus.IDLE);
  }

  public void definitionsRead() throws Exception {
    customers.processWatermark2(new Watermark(0));
  }

  public void eventsIdle() throws Exception {
    customers.processWatermarkStatus1(WatermarkStatus.IDLE);
  }

  public void eventsActive() throws Exception {
    customers.processWatermarkStatus1(WatermarkStatus.ACTIVE);
  }

  /** What has been said since this was last asked. */
  public List<OUT> said() {
    List<OUT> said = extractOutputValues();
    getOutput().removeIf(output -> output instanceof StreamRecord);
    return said;
  }

  /** The watermarks that have gone downstream. */
  public List<Long> watermarks() {
    List<Long> watermarks = new ArrayList<>();
    getOutput()
        .forEach(
            o -> {
              if (o instanceof Watermark watermark) {
                watermarks.add(watermark.getTimestamp());
              }
            });
    return watermarks;
  }

  public long counted(String name) {
    return ((Counter) metrics.get(name)).getCount();
  }

  /** What a histogram shows. */
  public HistogramStatistics statistics(String name) {
    return ((Histogram) metrics.get(name)).getStatistics();
  }

  /** What a gauge shows. */
  public Object shown(String name) {
    return ((Gauge<?>) metrics.get(name)).getValue();
  }

  /** Entries of keyed state; with RocksDB timers are among them. */
  public int stateEntries() {
    return ((TestableKeyedStateBackend<?>) getOperator().getKeyedStateBackend())
        .numKeyValueStateEntries();
  }

  private static InterceptingTaskMetricGroup taskOf(InterceptingOperatorMetricGroup operator) {
    return new InterceptingTaskMetricGroup() {
      @Override
      public InternalOperatorMetricGroup getOrAddOperator(
          OperatorID id, String name, Map<String, String> variables) {
        return operator;
      }
    };
  }
}
