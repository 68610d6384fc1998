package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.OrderStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Gives each customer's events to a {@link CustomerFunction} once, in the total order, and keeps
 * time.
 *
 * <p>An event waits in state until the watermark passes it; then all of its instant go together,
 * sorted, copies and second payments dropped, followed by what is due at that instant. Example: a
 * click dated 09:00:02 that arrives before one dated 09:00:01 is handled second, and a copy of
 * either has no effect.
 *
 * <p>It is an operator and not a process function for the sake of three things about time that only
 * an operator sees:
 *
 * <ul>
 *   <li>the watermark by which lateness is judged is checkpointed and never goes back, also when
 *       the sources start anew from their first watermark;
 *   <li>when every partition is idle, it follows the clock ({@link IngestConfig.IdleClock});
 *   <li>nothing happens before the definitions that stood on their topic at the first start have
 *       been read: their input says so with a watermark.
 * </ul>
 *
 * @param <D> definitions, which every subtask receives
 * @param <OUT> what the room says
 */
public final class CustomerOperator<D, OUT> extends AbstractStreamOperator<OUT>
    implements TwoInputStreamOperator<CustomerEvent, D, OUT>,
        Triggerable<CustomerKey, VoidNamespace> {

  /** Ids of paid orders that are remembered for a customer; beyond it the oldest go. */
  static final int MAX_PAID_ORDERS = 10_000;

  /** How many of the oldest go at once, so that the scan for them is rare. */
  private static final int PAID_ORDERS_DROPPED_AT_ONCE = 1_000;

  /** Message ids are expired in steps of an hour: one wake-up an hour of activity at most. */
  private static final long EXPIRY_STEP_MILLIS = 3_600_000L;

  /** A watermark up to here tells no time. */
  static final long BEFORE_TIME_MILLIS = Long.MIN_VALUE + 1;

  private static final long IDLE_TICK_MILLIS = 1_000L;

  private final CustomerFunction<D, OUT> function;
  private final IngestConfig ingest;

  private transient InternalTimerService<VoidNamespace> timers;
  private transient TimestampedCollector<OUT> collector;

  // Cleared when the watermark passes the instant that is its namespace.
  private transient InternalListState<CustomerKey, Long, CustomerEvent> waiting;
  // Expired 24 h after the message, by a wake-up.
  private transient ValueState<SeenMessages> seen;
  // At most MAX_PAID_ORDERS; cleared when the customer is erased.
  private transient MapState<String, Long> paidOrders;
  // How many paidOrders holds; cleared with it.
  private transient ValueState<Integer> paidOrderCount;
  // One number a subtask; replaced at each checkpoint.
  private transient ListState<Long> judgedWatermark;
  // One word a subtask; replaced at each checkpoint.
  private transient ListState<Boolean> definitionsReadBefore;

  private transient long watermarkMillis;
  private transient long inputWatermarkMillis;
  private transient boolean definitionsRead;
  private transient boolean idle;
  private transient boolean ticking;
  private transient Counter accepted;
  private transient Counter duplicates;
  private transient Counter late;

  public CustomerOperator(CustomerFunction<D, OUT> function, IngestConfig ingest) {
    this.function = function;
    this.ingest = ingest;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    judgedWatermark =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE));
    watermarkMillis = Long.MIN_VALUE;
    inputWatermarkMillis = Long.MIN_VALUE;
    for (Long restored : judgedWatermark.get()) {
      watermarkMillis = Math.max(watermarkMillis, restored);
    }
    definitionsReadBefore =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>("definitions-read", BooleanSerializer.INSTANCE));
    // What had been read by the checkpoint is in state, and would not come again.
    definitionsRead = context.isRestored();
    for (Boolean read : definitionsReadBefore.get()) {
      definitionsRead &= read;
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public void open() throws Exception {
    super.open();
    collector = new TimestampedCollector<>(output);
    timers = getInternalTimerService("instants", VoidNamespaceSerializer.INSTANCE, this);
    waiting =
        (InternalListState<CustomerKey, Long, CustomerEvent>)
            this.<Long, ListState<CustomerEvent>, List<CustomerEvent>>getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ListStateDescriptor<>("waiting", CustomerEvent.class));
    seen = getPartitionedState(new ValueStateDescriptor<>("seen", SeenMessages.class));
    paidOrders =
        getPartitionedState(new MapStateDescriptor<>("paid-orders", String.class, Long.class));
    paidOrderCount =
        getPartitionedState(new ValueStateDescriptor<>("paid-order-count", Integer.class));
    accepted = metrics.counter("accepted");
    duplicates = metrics.counter("duplicates");
    late = metrics.counter("late");
    metrics.gauge("watermarkMillis", () -> watermarkMillis);
    function.open(new Context());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    judgedWatermark.update(List.of(watermarkMillis));
    definitionsReadBefore.update(List.of(definitionsRead));
  }

  @Override
  public void processElement1(StreamRecord<CustomerEvent> element) throws Exception {
    CustomerEvent event = element.getValue();
    if (event.atMillis() <= watermarkMillis) {
      late.inc();
      return;
    }
    waiting.setCurrentNamespace(event.atMillis());
    waiting.add(event);
    wakeAt(event.atMillis());
  }

  @Override
  public void processElement2(StreamRecord<D> element) throws Exception {
    function.onDefinition(element.getValue());
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK) && ingest.endOfTimeMillis() == Long.MAX_VALUE) {
      // A drained job says it is the end of time. The shop goes on: nobody becomes lost by it.
      return;
    }
    inputWatermarkMillis = Math.max(inputWatermarkMillis, mark.getTimestamp());
    if (definitionsRead) {
      advanceTo(inputWatermarkMillis);
    }
  }

  /**
   * Definitions carry no time. A watermark of theirs says that those which stood have been read.
   */
  @Override
  public void processWatermark2(Watermark mark) throws Exception {
    definitionsRead = true;
    advanceTo(inputWatermarkMillis);
  }

  /** Idleness ends here: whoever reads this operator's output sees time go on. */
  @Override
  protected void processWatermarkStatus(WatermarkStatus status, int input) throws Exception {
    if (input == 1) {
      // Definitions tell no time, so nobody waits for them.
      return;
    }
    idle = status.isIdle() && ingest.clock() == IngestConfig.IdleClock.WALL;
    if (idle && !ticking) {
      tick(getProcessingTimeService().getCurrentProcessingTime());
    }
  }

  /** While every partition is idle, time is the clock less what could still be on its way. */
  private void tick(long clockMillis) throws Exception {
    ticking = idle;
    if (idle) {
      if (definitionsRead) {
        advanceTo(clockMillis - ingest.maxOutOfOrdernessMillis() - ingest.idleAfterMillis());
      }
      var unused =
          getProcessingTimeService().registerTimer(clockMillis + IDLE_TICK_MILLIS, this::tick);
    }
  }

  private void advanceTo(long atMillis) throws Exception {
    long next = Math.min(Math.max(watermarkMillis, atMillis), ingest.endOfTimeMillis());
    if (next <= BEFORE_TIME_MILLIS) {
      return;
    }
    // Set first: what a function asks during this step is already judged by it.
    watermarkMillis = next;
    super.processWatermark(new Watermark(next));
  }

  @Override
  public void onEventTime(InternalTimer<CustomerKey, VoidNamespace> timer) throws Exception {
    long atMillis = timer.getTimestamp();
    collector.setAbsoluteTimestamp(atMillis);
    List<CustomerEvent> events = inOrderOnce(atMillis);
    function.onInstant(timer.getKey(), atMillis, events);
  }

  @Override
  public void onProcessingTime(InternalTimer<CustomerKey, VoidNamespace> timer) {
    throw new IllegalStateException("no processing-time timer is ever set");
  }

  private List<CustomerEvent> inOrderOnce(long atMillis) throws Exception {
    waiting.setCurrentNamespace(atMillis);
    Iterable<CustomerEvent> arrived = waiting.get();
    SeenMessages messages = seen.value();
    if (arrived == null || !arrived.iterator().hasNext()) {
      expire(messages, atMillis);
      return List.of();
    }
    List<CustomerEvent> events = new ArrayList<>();
    arrived.forEach(events::add);
    waiting.clear();
    events.sort(CustomerEvent.TOTAL_ORDER);
    if (messages == null) {
      messages = SeenMessages.none();
    }
    List<CustomerEvent> once = new ArrayList<>(events.size());
    for (CustomerEvent event : events) {
      if (messages.isDuplicate(event)) {
        duplicates.inc();
        continue;
      }
      messages.accept(event);
      if (erases(event)) {
        // Here and not behind the instant: an order paid in it belongs to the customer's next life.
        paidOrders.clear();
        paidOrderCount.clear();
      }
      if (isPaidAgain(event)) {
        duplicates.inc();
        continue;
      }
      accepted.inc();
      once.add(event);
    }
    seen.update(messages);
    wakeAt(nextExpiry(atMillis));
    return once;
  }

  private void expire(SeenMessages messages, long nowMillis) throws Exception {
    if (messages != null) {
      messages.expire(nowMillis);
      if (messages.acceptedAtMillis().isEmpty()) {
        seen.clear();
      } else {
        seen.update(messages);
      }
    }
  }

  /** The first full hour by which a message of that time has expired. */
  private static long nextExpiry(long atMillis) {
    long expired = atMillis + SeenMessages.WINDOW_MILLIS + 1;
    return (Math.floorDiv(expired - 1, EXPIRY_STEP_MILLIS) + 1) * EXPIRY_STEP_MILLIS;
  }

  private boolean isPaidAgain(CustomerEvent event) throws Exception {
    if (event.order() == null || event.order().status() != OrderStatus.PAID) {
      return false;
    }
    String orderId = event.order().orderId();
    if (paidOrders.contains(orderId)) {
      return true;
    }
    Integer known = paidOrderCount.value();
    int count = known == null ? 0 : known;
    if (count >= MAX_PAID_ORDERS) {
      dropOldestPaidOrders();
      count -= PAID_ORDERS_DROPPED_AT_ONCE;
    }
    paidOrders.put(orderId, event.atMillis());
    paidOrderCount.update(count + 1);
    return false;
  }

  private void dropOldestPaidOrders() throws Exception {
    List<Map.Entry<String, Long>> byAge = new ArrayList<>();
    paidOrders.entries().forEach(entry -> byAge.add(Map.entry(entry.getKey(), entry.getValue())));
    byAge.sort(
        Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()));
    for (Map.Entry<String, Long> oldest : byAge.subList(0, PAID_ORDERS_DROPPED_AT_ONCE)) {
      paidOrders.remove(oldest.getKey());
    }
  }

  private static boolean erases(CustomerEvent event) {
    return event.profile() != null && event.profile().erased();
  }

  private void wakeAt(long atMillis) {
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, atMillis);
  }

  private final class Context implements CustomerContext<OUT> {
    @Override
    public <S extends State> S keyedState(StateDescriptor<S, ?> descriptor) throws Exception {
      return getPartitionedState(descriptor);
    }

    @Override
    public <K, V> BroadcastState<K, V> definitions(MapStateDescriptor<K, V> descriptor)
        throws Exception {
      return getOperatorStateBackend().getBroadcastState(descriptor);
    }

    @Override
    public MetricGroup metrics() {
      return metrics;
    }

    @Override
    public long watermarkMillis() {
      return watermarkMillis;
    }

    @Override
    public void wakeAt(long atMillis) {
      CustomerOperator.this.wakeAt(atMillis);
    }

    @Override
    public void emit(OUT value) {
      collector.collect(value);
    }
  }
}
