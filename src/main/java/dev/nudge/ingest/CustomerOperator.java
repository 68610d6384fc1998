package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Order;
import dev.nudge.event.OrderStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.EnumSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
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
import org.apache.flink.util.OutputTag;

/**
 * Gives each customer's events to a {@link CustomerFunction} once, in the total order, and keeps
 * time.
 *
 * <p>An event waits on the heap ({@link Reordering}) until the watermark passes it. Then the
 * customer has its turn: its state is read, its events are sorted, copies and second payments
 * dropped, and the function is given instant by instant what happened and what was due; then its
 * state is written, if it changed. That is one read and one write a customer and watermark, however
 * many events and instants lie between; {@link Orders} are the one exception. Example: a click
 * dated 09:00:02 that arrives before one dated 09:00:01 is handled second, and a copy of either has
 * no effect.
 *
 * <p>What comes behind the watermark is counted as late. A function that {@linkplain
 * CustomerFunction#allowedLatenessMillis takes some of it} is given it at once, in a turn of its
 * own.
 *
 * <p>At most one timer a customer is set, at the next instant when something is due by itself or
 * the ids of its messages expire. One that finds its customer's turn over at the same watermark
 * costs nothing.
 *
 * <p>When more than {@link IngestConfig#maxEventsOnHeap()} events wait, as they do while a
 * partition lags far behind the others, each further one is spilled: it waits in state, under a
 * timer at its instant. While any does, a watermark goes in small steps: timers fire in the order
 * of time, and each gives its customer a turn up to its own instant; what is left on the heap
 * follows. Each customer's events come in the same order as without, at the price of more reads and
 * writes.
 *
 * <p>It is an operator and not a process function for the sake of four things that only an operator
 * has:
 *
 * <ul>
 *   <li>the watermark by which lateness is judged is checkpointed and never goes back, also when
 *       the sources start anew from their first watermark;
 *   <li>when every partition is idle, it follows the clock ({@link IngestConfig.IdleClock});
 *   <li>nothing happens before the definitions that stood on their topic at the first start have
 *       been read: their input says so with a watermark;
 *   <li>events on the heap are checkpointed as raw keyed state and go with their key groups when
 *       the parallelism changes. Flink gives an operator one such stream: RocksDB with {@code
 *       state.backend.rocksdb.timer-service.factory: HEAP} wants it for its timers, so that this
 *       operator refuses to start with it. The default, {@code ROCKSDB}, and the heap backend leave
 *       it alone.
 * </ul>
 *
 * @param <D> definitions, which every subtask receives
 * @param <OUT> what the room says
 */
public final class CustomerOperator<D, OUT> extends AbstractStreamOperator<OUT>
    implements TwoInputStreamOperator<CustomerEvent, D, OUT>,
        Triggerable<CustomerKey, CustomerOperator.Timer> {

  /** What a timer is for. */
  public enum Timer {
    /** Something is due by itself, or the ids of messages expire. */
    DUE,
    /** An event of that instant waits in state. */
    SPILLED
  }

  /** A watermark up to here tells no time. */
  static final long BEFORE_TIME_MILLIS = Long.MIN_VALUE + 1;

  private static final long IDLE_TICK_MILLIS = 1_000L;

  /** How many late events the histogram of their lateness looks back on. */
  private static final int LATE_EVENTS_SHOWN = 1_000;

  /** The name of the customers' state. */
  private static final String CUSTOMER = "customer";

  private final CustomerFunction<D, OUT> function;
  private final IngestConfig ingest;
  private final boolean deduplicate;

  private transient InternalTimerService<Timer> timers;
  private transient TimestampedCollector<OUT> collector;
  private transient Reordering reordering;
  private transient Visits visits;

  // Cleared when nothing is remembered of the customer: ids expire 24 h after their messages, by a
  // timer; orders and what the function keeps go when the customer is erased.
  private transient ValueState<byte[]> customers;
  // At most Orders.MAX a customer; cleared when the customer is erased.
  private transient Orders orders;
  // Cleared when the watermark passes the instant that is its namespace.
  private transient InternalListState<CustomerKey, Long, CustomerEvent> spilled;
  // One number a subtask; replaced at each checkpoint.
  private transient ListState<Long> judgedWatermark;
  // One word a subtask; replaced at each checkpoint.
  private transient ListState<Boolean> definitionsReadBefore;
  // One number a subtask; replaced at each checkpoint.
  private transient ListState<Long> pendingVisits;

  private transient long watermarkMillis;

  /** The last watermark that everybody downstream has been told, or was told before a restart. */
  private transient long passedMillis;

  private transient long inputWatermarkMillis;
  private transient boolean definitionsRead;
  private transient boolean idle;
  private transient boolean ticking;

  /** Whether this watermark goes from timer to timer, because events wait in state. */
  private transient boolean inSmallSteps;

  /** Whose turn is over though their timer, of this watermark, has yet to fire. */
  private transient Set<CustomerKey> staleTimers;

  private transient SavedCustomer saved;
  private transient List<Accepted> instant;
  private transient long instantMillis;
  private transient Counter accepted;
  private transient Counter duplicates;
  private transient Counter late;
  private transient Histogram lateness;
  private transient Counter spills;

  /** Carries a function. */
  public CustomerOperator(CustomerFunction<D, OUT> function, IngestConfig ingest) {
    this(function, ingest, true);
  }

  /**
   * The same, for measuring the engine by itself.
   *
   * @param deduplicate whether copies and second payments are recognised. Without, an event that
   *     does not concern the function touches no state, and is not among an order's earlier
   *     statuses
   */
  public CustomerOperator(
      CustomerFunction<D, OUT> function, IngestConfig ingest, boolean deduplicate) {
    this.function = function;
    this.ingest = ingest;
    this.deduplicate = deduplicate;
  }

  /** Events on the heap go into it. */
  @Override
  protected boolean isUsingCustomRawKeyedState() {
    return true;
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
    passedMillis = Long.MIN_VALUE;
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
    pendingVisits =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>("pending-visits", LongSerializer.INSTANCE));
    visits = new Visits(CUSTOMER);
    for (Long pending : pendingVisits.get()) {
      if (pending != Visits.NONE) {
        visits.want(pending);
      }
    }
    reordering =
        new Reordering(
            getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks(), eventSerializer());
    if (context.isRestored()) {
      reordering.read(context.getRawKeyedStateInputs(), getUserCodeClassloader());
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public void open() throws Exception {
    super.open();
    requireRawKeyedState();
    collector = new TimestampedCollector<>(output);
    timers = getInternalTimerService("instants", new EnumSerializer<>(Timer.class), this);
    customers =
        getPartitionedState(
            new ValueStateDescriptor<>(CUSTOMER, BytePrimitiveArraySerializer.INSTANCE));
    orders =
        new Orders(
            getPartitionedState(
                new MapStateDescriptor<>("orders", String.class, OrderSteps.class)));
    spilled =
        (InternalListState<CustomerKey, Long, CustomerEvent>)
            this.<Long, ListState<CustomerEvent>, List<CustomerEvent>>getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ListStateDescriptor<>("spilled", eventSerializer()));
    staleTimers = new HashSet<>();
    saved = new SavedCustomer(function.allowedLatenessMillis());
    instant = new ArrayList<>();
    accepted = metrics.counter("accepted");
    duplicates = metrics.counter("duplicates");
    late = metrics.counter("late");
    lateness =
        metrics.histogram("latenessMillis", new DescriptiveStatisticsHistogram(LATE_EVENTS_SHOWN));
    spills = metrics.counter("spilled");
    metrics.gauge("eventsOnHeap", () -> reordering.size());
    metrics.gauge("eventsSpilled", () -> reordering.spilled());
    metrics.gauge("watermarkMillis", () -> watermarkMillis);
    function.open(new Context());
  }

  private TypeSerializer<CustomerEvent> eventSerializer() {
    return TypeInformation.of(CustomerEvent.class)
        .createSerializer(getExecutionConfig().getSerializerConfig());
  }

  /** Else every checkpoint would fail, one after the other. */
  private void requireRawKeyedState() {
    if (getKeyedStateBackend() instanceof AbstractKeyedStateBackend<?> backend
        && backend.requiresLegacySynchronousTimerSnapshots(CheckpointType.CHECKPOINT)) {
      throw new IllegalStateException(
          "state.backend.rocksdb.timer-service.factory: found HEAP, expected ROCKSDB: timers on the"
              + " heap are checkpointed where the events that wait are");
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    judgedWatermark.update(List.of(watermarkMillis));
    definitionsReadBefore.update(List.of(definitionsRead));
    pendingVisits.update(List.of(visits.pendingMillis()));
    if (reordering.size() > 0 || reordering.spilled() > 0) {
      reordering.write(context.getRawKeyedOperatorStateOutput());
    }
  }

  @Override
  public void processElement1(StreamRecord<CustomerEvent> element) throws Exception {
    CustomerEvent event = element.getValue();
    if (event.atMillis() <= watermarkMillis) {
      late.inc();
      lateness.update(watermarkMillis - event.atMillis());
      long allowed = function.allowedLatenessMillis();
      if (allowed > 0 && watermarkMillis - event.atMillis() <= allowed) {
        takeLate(event);
      }
      return;
    }
    CustomerKey customer = (CustomerKey) getCurrentKey();
    if (reordering.size() < ingest.maxEventsOnHeap()) {
      reordering.add(customer, event);
    } else {
      spilled.setCurrentNamespace(event.atMillis());
      spilled.add(event);
      timers.registerEventTimeTimer(Timer.SPILLED, event.atMillis());
      reordering.spilled(customer, 1);
      spills.inc();
    }
  }

  /** The turn of a customer of whom something is told that should have been told before. */
  private void takeLate(CustomerEvent event) throws Exception {
    CustomerKey customer = (CustomerKey) getCurrentKey();
    saved.read(customers.value());
    load(customer);
    instant.clear();
    accept(event);
    if (instant.isEmpty()) {
      return;
    }
    at(event.atMillis());
    function.onLate(instant.get(0));
    // What turns out to be due already comes with the next watermark: this one has been told.
    long dueMillis = Math.max(function.dueMillis(), watermarkMillis + 1);
    keep(customer, dueMillis, watermarkMillis, false);
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
    // What a definition has made due since is to be known before this step passes it.
    visit();
    // Set first: what a function asks during this step is already judged by it.
    passedMillis = watermarkMillis;
    watermarkMillis = next;
    Watermark mark = new Watermark(next);
    reordering.pass(next);
    if (reordering.spilled() > 0) {
      inSmallSteps = true;
      timeServiceManager.advanceWatermark(mark);
      inSmallSteps = false;
    }
    reordering.takeAll(
        (customer, events) -> {
          setCurrentKey(customer);
          takeTurn(customer, events, next, false);
        });
    super.processWatermark(mark);
    staleTimers.clear();
    visit();
  }

  /** Behind everything that happened up to the watermark, and again before the next. */
  private void visit() throws Exception {
    for (CustomerKey customer : visits.next(watermarkMillis, this.<CustomerKey>backend())) {
      setCurrentKey(customer);
      byte[] stored = customers.value();
      if (stored != null) {
        saved.read(stored);
        load(customer);
        long dueMillis = function.dueMillis();
        if (dueMillis > watermarkMillis) {
          instant.clear();
          at(watermarkMillis);
          function.onInstant(watermarkMillis, instant);
          dueMillis = function.dueMillis();
        }
        // What turns out to be due already comes with the next watermark: this one has been told.
        keep(customer, Math.max(dueMillis, watermarkMillis + 1), watermarkMillis, false);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private <K> KeyedStateBackend<K> backend() {
    return (KeyedStateBackend<K>) getKeyedStateBackend();
  }

  @Override
  public void close() throws Exception {
    if (visits != null) {
      visits.close();
    }
    super.close();
  }

  @Override
  public void onEventTime(InternalTimer<CustomerKey, Timer> timer) throws Exception {
    CustomerKey customer = timer.getKey();
    boolean due = timer.getNamespace() == Timer.DUE;
    if (due && staleTimers.remove(customer)) {
      return;
    }
    if (inSmallSteps) {
      long upToMillis = timer.getTimestamp();
      List<CustomerEvent> events = reordering.take(customer, upToMillis);
      takeSpilled(customer, upToMillis, events);
      if (due || !events.isEmpty()) {
        takeTurn(customer, events, upToMillis, due);
      }
    } else {
      // Whoever had events has had a turn: here, nothing but time passed.
      takeTurn(customer, new ArrayList<>(), watermarkMillis, true);
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<CustomerKey, Timer> timer) {
    throw new IllegalStateException("no processing-time timer is ever set");
  }

  /** Adds what waits in state for that instant, all of which comes after none of the others. */
  private void takeSpilled(CustomerKey customer, long atMillis, List<CustomerEvent> events)
      throws Exception {
    spilled.setCurrentNamespace(atMillis);
    Iterable<CustomerEvent> waiting = spilled.get();
    if (waiting == null) {
      return;
    }
    int onHeap = events.size();
    for (CustomerEvent event : waiting) {
      events.add(event);
    }
    if (events.size() > onHeap) {
      spilled.clear();
      reordering.spilled(customer, onHeap - events.size());
      events.sort(CustomerEvent.TOTAL_ORDER);
    }
  }

  /**
   * A customer's turn.
   *
   * @param events of the customer up to the instant, in the total order
   * @param upToMillis how far time has come
   * @param byTimer whether the customer's one timer has fired
   */
  private void takeTurn(
      CustomerKey customer, List<CustomerEvent> events, long upToMillis, boolean byTimer)
      throws Exception {
    if (!deduplicate) {
      keepWhatConcerns(events);
      if (events.isEmpty() && !byTimer) {
        return;
      }
    }
    saved.read(customers.value());
    load(customer);
    long dueMillis = liveThrough(events, upToMillis);
    keep(customer, dueMillis, upToMillis, byTimer);
  }

  private void load(CustomerKey customer) throws Exception {
    function.load(customer, saved.stored(), saved.functionsFrom(), saved.functionsLength());
  }

  private void keep(CustomerKey customer, long dueMillis, long upToMillis, boolean byTimer)
      throws Exception {
    saved.seen().expire(upToMillis);
    setTimer(customer, dueMillis, upToMillis, byTimer);
    if (saved.isChanged() || function.isChanged()) {
      byte[] bytes = saved.write(function);
      if (bytes != null) {
        customers.update(bytes);
      } else if (saved.wasStored()) {
        customers.clear();
      }
    }
  }

  private void keepWhatConcerns(List<CustomerEvent> events) {
    int arrived = events.size();
    events.removeIf(event -> !erases(event) && !function.concerns(event));
    accepted.inc(arrived - events.size());
  }

  /** Instant by instant; returns when something is due next. */
  private long liveThrough(List<CustomerEvent> events, long upToMillis) throws Exception {
    int next = 0;
    long dueMillis = Math.max(function.dueMillis(), passedMillis + 1);
    while (next < events.size() || dueMillis <= upToMillis) {
      long atMillis = dueMillis;
      if (next < events.size()) {
        atMillis = Math.min(atMillis, events.get(next).atMillis());
      }
      instant.clear();
      while (next < events.size() && events.get(next).atMillis() == atMillis) {
        accept(events.get(next));
        next++;
      }
      if (instant.isEmpty() && dueMillis > atMillis) {
        // Nothing but copies.
        continue;
      }
      at(atMillis);
      function.onInstant(atMillis, instant);
      dueMillis = function.dueMillis();
      if (dueMillis <= atMillis) {
        throw new IllegalStateException(
            "at " + atMillis + " the function says it is due at " + dueMillis + " again");
      }
    }
    return dueMillis;
  }

  /** What is said from here on is stamped with this instant. */
  private void at(long atMillis) {
    instantMillis = atMillis;
    collector.setAbsoluteTimestamp(atMillis);
  }

  private void accept(CustomerEvent event) throws Exception {
    if (deduplicate && !saved.seen().accept(event.topic(), event.messageId(), event.atMillis())) {
      duplicates.inc();
      return;
    }
    if (erases(event)) {
      // Here and not behind the instant: an order paid in it belongs to the customer's next life.
      orders.clear(saved);
    }
    OrderSteps before = OrderSteps.NONE;
    Order order = event.order();
    if (order != null) {
      before = orders.of(order);
      if (deduplicate && order.status() == OrderStatus.PAID && before.has(OrderStatus.PAID)) {
        duplicates.inc();
        return;
      }
      orders.take(order, event.atMillis(), before, saved);
    }
    accepted.inc();
    instant.add(new Accepted(event, before.toSet()));
  }

  private static boolean erases(CustomerEvent event) {
    return event.profile() != null && event.profile().erased();
  }

  /** Sees to it that one timer is set, not later than when something is due or ids expire. */
  private void setTimer(CustomerKey customer, long dueMillis, long upToMillis, boolean byTimer) {
    long wanted = Math.min(dueMillis, saved.seen().allExpiredMillis(customer));
    long pending = saved.timerMillis();
    if (pending <= upToMillis) {
      if (!byTimer) {
        staleTimers.add(customer);
      }
      pending = CustomerFunction.NEVER;
    }
    // One that is too early stays: it will find nothing due and set the next. That is cheaper than
    // to move it with every event.
    if (wanted < pending || wanted == CustomerFunction.NEVER) {
      if (pending != CustomerFunction.NEVER) {
        timers.deleteEventTimeTimer(Timer.DUE, pending);
      }
      if (wanted != CustomerFunction.NEVER) {
        timers.registerEventTimeTimer(Timer.DUE, wanted);
      }
      pending = wanted;
    }
    saved.timerMillis(pending);
  }

  private final class Context implements CustomerContext<OUT> {
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
    public void visitEveryone(long atMillis) {
      visits.want(atMillis);
    }

    @Override
    public void emit(OUT value) {
      collector.collect(value);
    }

    @Override
    public <X> void emit(OutputTag<X> where, X value) {
      output.collect(where, new StreamRecord<>(value, instantMillis));
    }
  }
}
