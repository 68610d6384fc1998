package dev.nudge.decide;

import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Trigger;
import dev.nudge.pattern.EvaluationException;
import dev.nudge.pattern.Rule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each tenant's shard what happened up to the watermark, in the total order, and keeps what
 * its {@link TenantDecider} remembers.
 *
 * <p>A watermark is one turn of every shard for which something came or is due: timers only say
 * whose customers are due; then the shard lives through all instants up to the watermark, customers
 * being read when they are needed and written once at the end, with one timer each at what is due
 * next. Inputs wait on the heap, and in state at checkpoints only: Detect tells everything up to a
 * watermark right before it.
 *
 * <p>It is an operator and not a process function, since a watermark has to be taken as a whole and
 * what waits must be written when a checkpoint begins; and as in {@link
 * dev.nudge.ingest.CustomerOperator} nothing is decided before the definitions that stood on their
 * topics have been read.
 */
final class DecideOperator extends AbstractStreamOperator<Decision>
    implements TwoInputStreamOperator<DecideInput, DefinitionVersion, Decision>,
        Triggerable<TenantShard, String> {
  private static final Logger LOG = LoggerFactory.getLogger(DecideOperator.class);

  /** What is sent. */
  static final OutputTag<Trigger> TRIGGERS =
      new OutputTag<>("triggers", TypeInformation.of(Trigger.class));

  /** Customers held in memory within a turn; beyond it those longest not asked for are written. */
  static final int MAX_CUSTOMERS_IN_MEMORY = 20_000;

  /** How many triggers the histogram of what they take looks back on. */
  private static final int TRIGGERS_SHOWN = 1_000;

  private static final String CUSTOMERS = "customers";
  private static final String WAITING = "waiting";
  private static final String RESULT = "result";
  private static final String CROWD_PARTS = "crowd-parts";

  private final DecideConfig decide;
  private final int maxInMemory;

  private transient InternalTimerService<String> timers;

  // By customer; cleared when nothing is remembered of the customer: by the timer of what is due
  // last, or when the customer is erased.
  private transient MapState<String, byte[]> customers;
  // One a shard; cleared when no campaign has spent anything, or those that have are deleted.
  private transient ValueState<byte[]> spent;
  // By what a Crowd calls it: bounded products and groups, and a line a customer who is like
  // others, which ends when the customer is erased; cleared when no campaign of the tenant in force
  // asks for anything of it.
  private transient MapState<String, byte[]> crowd;
  // One number a shard that has any of it: which parts; cleared with them.
  private transient ValueState<Integer> crowdParts;
  // Written at a checkpoint; cleared at the next one, when it is the turn of what waited.
  private transient ListState<DecideInput> waiting;
  // By tenant, kind and id; a version goes when nothing can refer to it, when the next one comes;
  // results, of which MAX are kept, with their campaign.
  private transient BroadcastState<String, DefinitionHistory> definitions;
  // One number a subtask; replaced at each checkpoint.
  private transient ListState<Long> judgedWatermark;
  // One word a subtask; replaced at each checkpoint.
  private transient ListState<Boolean> definitionsReadBefore;

  private transient Playbook playbook;
  private transient Map<TenantShard, List<DecideInput>> inputs;
  private transient Map<TenantShard, List<TenantDecider.Due>> due;
  private transient Set<TenantShard> writtenWaiting;
  private transient Map<TenantShard, Integer> crowds;
  private transient Set<DefinitionHistory.InForce> lateResults;
  private transient StreamRecord<Decision> row;
  private transient StreamRecord<Trigger> send;
  private transient long watermarkMillis;
  private transient long inputWatermarkMillis;
  private transient boolean definitionsRead;
  private transient boolean isOver;
  private transient Counter decided;
  private transient Map<DecisionCode, Counter> decidedByCode;
  private transient Counter triggered;
  private transient Histogram eventToTrigger;
  private transient Arrivals arrivals;
  private transient Counter late;
  private transient Counter conditionsFailed;
  private transient Counter quarantined;

  DecideOperator(DecideConfig decide) {
    this(decide, MAX_CUSTOMERS_IN_MEMORY);
  }

  DecideOperator(DecideConfig decide, int maxInMemory) {
    this.decide = decide;
    this.maxInMemory = maxInMemory;
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
    definitionsRead = context.isRestored();
    for (Boolean read : definitionsReadBefore.get()) {
      definitionsRead &= read;
    }
    definitions =
        context
            .getOperatorStateStore()
            .getBroadcastState(
                new MapStateDescriptor<>("definitions", String.class, DefinitionHistory.class));
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("customers", StringSerializer.INSTANCE, this);
    customers =
        getPartitionedState(
            new MapStateDescriptor<>(
                CUSTOMERS, StringSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE));
    spent =
        getPartitionedState(
            new ValueStateDescriptor<>("spent", BytePrimitiveArraySerializer.INSTANCE));
    crowd =
        getPartitionedState(
            new MapStateDescriptor<>(
                "crowd", StringSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE));
    crowdParts =
        getPartitionedState(new ValueStateDescriptor<>(CROWD_PARTS, IntSerializer.INSTANCE));
    waiting = getPartitionedState(new ListStateDescriptor<>(WAITING, DecideInput.class));
    inputs = new HashMap<>();
    due = new HashMap<>();
    writtenWaiting = new HashSet<>();
    row = new StreamRecord<>(null);
    send = new StreamRecord<>(null);
    decided = metrics.counter("decisions");
    decidedByCode = new EnumMap<>(DecisionCode.class);
    for (DecisionCode code : DecisionCode.values()) {
      decidedByCode.put(code, metrics.addGroup("code", code.name()).counter("decisions"));
    }
    arrivals = new Arrivals();
    eventToTrigger =
        metrics.histogram(
            "eventToTriggerMillis", new DescriptiveStatisticsHistogram(TRIGGERS_SHOWN));
    triggered = metrics.counter("triggers");
    late = metrics.counter("late");
    conditionsFailed = metrics.counter("conditionsFailed");
    quarantined = metrics.counter("definitionsQuarantined");
    metrics.gauge("watermarkMillis", () -> watermarkMillis);
    playbook = new Playbook(CampaignCodec::compile);
    crowds = new HashMap<>();
    lateResults = new HashSet<>();
    for (TenantShard key : keysOf(CROWD_PARTS)) {
      setCurrentKey(key);
      crowds.put(key, crowdParts.value());
    }
    restoreDefinitions();
    restoreWaiting();
  }

  /**
   * Policies first, which have the schemas; the one that can't be restored takes no other along.
   */
  private void restoreDefinitions() throws Exception {
    for (boolean ofPolicies : new boolean[] {true, false}) {
      for (Map.Entry<String, DefinitionHistory> known : definitions.immutableEntries()) {
        DefinitionVersion any = known.getValue().versions().get(0).version();
        if (ofPolicies == (any.policy() != null)) {
          restore(any, known.getValue());
        }
      }
    }
  }

  private void restore(DefinitionVersion any, DefinitionHistory known) {
    DefinitionHistory taken = DefinitionHistory.none();
    if (any.result() != null) {
      take(any, known);
      return;
    }
    for (DefinitionHistory.InForce version : known.versions()) {
      DefinitionHistory next = taken.and(version);
      if (take(any, next)) {
        taken = next;
      }
    }
  }

  private void restoreWaiting() throws Exception {
    List<TenantShard> keys = keysOf(WAITING);
    for (TenantShard key : keys) {
      setCurrentKey(key);
      List<DecideInput> restored = new ArrayList<>();
      waiting.get().forEach(restored::add);
      inputs.put(key, restored);
      writtenWaiting.add(key);
    }
  }

  private List<TenantShard> keysOf(String state) {
    try (Stream<TenantShard> keys =
        this.<TenantShard>getKeyedStateBackend().getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.distinct().toList();
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    Set<TenantShard> written = new HashSet<>();
    for (Map.Entry<TenantShard, List<DecideInput>> each : inputs.entrySet()) {
      setCurrentKey(each.getKey());
      waiting.update(each.getValue());
      written.add(each.getKey());
    }
    writtenWaiting.removeAll(written);
    for (TenantShard key : writtenWaiting) {
      setCurrentKey(key);
      waiting.clear();
    }
    writtenWaiting = written;
    super.snapshotState(context);
    judgedWatermark.update(List.of(watermarkMillis));
    definitionsReadBefore.update(List.of(definitionsRead));
  }

  @Override
  public void processElement1(StreamRecord<DecideInput> element) {
    DecideInput input = element.getValue();
    if (input.atMillis() <= watermarkMillis) {
      late.inc();
      return;
    }
    PackedMoment moment = input.moment();
    if (moment != null && moment.arrivedMillis() != CustomerEvent.NOT_KNOWN) {
      arrivals.add(moment.id(), moment.atMillis(), moment.arrivedMillis());
    }
    inputs.computeIfAbsent((TenantShard) getCurrentKey(), key -> new ArrayList<>()).add(input);
  }

  @Override
  public void processElement2(StreamRecord<DefinitionVersion> element) throws Exception {
    DefinitionVersion arrived = element.getValue();
    if (arrived.result() != null) {
      onResult(arrived);
      return;
    }
    if (arrived.policy() == null && arrived.rule().kind() != Rule.Kind.CAMPAIGN) {
      return;
    }
    String place = tenantOf(arrived) + "|" + arrived.kind() + "|" + arrived.id();
    DefinitionHistory known = definitions.get(place);
    DefinitionHistory next =
        (known == null ? DefinitionHistory.none() : known).with(arrived, watermarkMillis);
    next = next.without(watermarkMillis, playbook::keptForMillis);
    if (!take(arrived, next)) {
      return;
    }
    if (next.isOver()) {
      definitions.remove(place);
      // Of a campaign's experiment nothing stays behind.
      definitions.remove(placeOfResult(arrived));
      playbook.removeResults(tenantOf(arrived), arrived.id());
    } else {
      definitions.put(place, next);
    }
  }

  private void onResult(DefinitionVersion arrived) throws Exception {
    String place = placeOfResult(arrived);
    DefinitionHistory known = definitions.get(place);
    DefinitionHistory next =
        (known == null ? DefinitionHistory.none() : known).withResult(arrived, watermarkMillis);
    if (!next.equals(known)) {
      definitions.put(place, next);
      take(arrived, next);
    }
  }

  private static String placeOfResult(DefinitionVersion version) {
    return tenantOf(version) + "|" + RESULT + "|" + version.id();
  }

  private static String tenantOf(DefinitionVersion version) {
    return version.tenant() == null ? Playbook.EVERY_TENANT : version.tenant();
  }

  /** Whether it could be taken; else the version before stays in force. */
  private boolean take(DefinitionVersion any, DefinitionHistory history) {
    if (any.policy() != null) {
      playbook.setPolicies(tenantOf(any), history);
      return true;
    }
    if (any.result() != null) {
      playbook.setResults(tenantOf(any), any.id(), history);
      for (DefinitionHistory.InForce each : history.versions()) {
        // Who is in time finds it; for the others it came when they had been asked already.
        if (each.fromMillis() > Math.max(watermarkMillis, each.version().effectiveAtMillis())) {
          lateResults.add(each);
        }
      }
      return true;
    }
    try {
      playbook.setCampaign(tenantOf(any), any.id(), history);
      return true;
    } catch (DefinitionException refused) {
      quarantined.inc();
      LOG.error(
          "campaign {} of {}, version {}, is not taken: {}",
          any.id(),
          any.tenant(),
          any.version(),
          refused.getMessage());
      return false;
    }
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK) && decide.endOfTimeMillis() == Long.MAX_VALUE) {
      // A drained job says it is the end of time; nobody's coupon lapses by it.
      return;
    }
    inputWatermarkMillis = Math.max(inputWatermarkMillis, mark.getTimestamp());
    if (definitionsRead) {
      advance();
    }
  }

  /**
   * Definitions carry no time; a watermark of theirs says that those which stood have been read.
   */
  @Override
  public void processWatermark2(Watermark mark) throws Exception {
    definitionsRead = true;
    if (inputWatermarkMillis > Long.MIN_VALUE) {
      advance();
    }
  }

  /** Definitions tell no time, so nobody waits for them. */
  @Override
  protected void processWatermarkStatus(WatermarkStatus status, int input) throws Exception {
    if (input == 0) {
      output.emitWatermarkStatus(status);
    }
  }

  private void advance() throws Exception {
    long next = Math.min(Math.max(watermarkMillis, inputWatermarkMillis), decide.endOfTimeMillis());
    watermarkMillis = next;
    // Timers say who is due; what is due is done in the order of the tenant.
    timeServiceManager.advanceWatermark(new Watermark(next));
    wakeThoseWhoWait(next);
    Set<TenantShard> keys = new HashSet<>(due.keySet());
    inputs.forEach(
        (key, waits) -> {
          if (waits.stream().anyMatch(input -> input.atMillis() <= next)) {
            keys.add(key);
          }
        });
    for (TenantShard key : keys) {
      setCurrentKey(key);
      turn(key, next);
    }
    due.clear();
    arrivals.pass(next);
    forgetCrowds(next);
    if (next == decide.endOfTimeMillis() && !isOver) {
      isOver = true;
      endOfTime(next);
    }
    output.emitWatermark(new Watermark(next));
  }

  /** Nobody knows who waits for a result that comes late, so all of the tenant are looked at. */
  private void wakeThoseWhoWait(long upToMillis) throws Exception {
    Set<DefinitionHistory.InForce> now = new HashSet<>();
    for (DefinitionHistory.InForce each : lateResults) {
      if (each.fromMillis() <= upToMillis) {
        now.add(each);
      }
    }
    if (now.isEmpty()) {
      return;
    }
    lateResults.removeAll(now);
    for (TenantShard key : keysOf(CUSTOMERS)) {
      setCurrentKey(key);
      for (DefinitionHistory.InForce each : now) {
        if (each.version().tenant().equals(key.tenant())) {
          wakeThoseWhoWait(key, each);
        }
      }
    }
  }

  private void wakeThoseWhoWait(TenantShard key, DefinitionHistory.InForce result)
      throws Exception {
    for (Map.Entry<String, byte[]> each : customers.entries()) {
      Recipient recipient = RecipientCodec.decode(key.tenant(), each.getKey(), each.getValue());
      if (recipient.waitsFor(result.version().id())) {
        due.computeIfAbsent(key, none -> new ArrayList<>())
            .add(new TenantDecider.Due(result.fromMillis(), each.getKey()));
      }
    }
  }

  private void turn(TenantShard key, long upToMillis) throws Exception {
    List<DecideInput> now = new ArrayList<>();
    List<DecideInput> later = new ArrayList<>();
    for (DecideInput input : inputs.getOrDefault(key, List.of())) {
      (input.atMillis() <= upToMillis ? now : later).add(input);
    }
    if (later.isEmpty()) {
      inputs.remove(key);
    } else {
      inputs.put(key, later);
    }
    now.sort(DecideInput.TOTAL_ORDER);
    Totals totals = Totals.decode(spent.value());
    Turn turn = new Turn(key, totals, upToMillis);
    for (TenantDecider.Due each : due.getOrDefault(key, List.of())) {
      turn.decider.due(each);
    }
    turn.decider.advance(now, upToMillis);
    turn.end();
    keep(key, totals);
  }

  /** What no campaign asks for any more. */
  private void forgetCrowds(long atMillis) throws Exception {
    for (TenantShard key : List.copyOf(crowds.keySet())) {
      int known = crowds.get(key);
      int asked = playbook.at(key.tenant(), atMillis).asked().parts();
      if ((known & ~asked) != 0) {
        setCurrentKey(key);
        if ((known & asked) == 0) {
          crowd.clear();
        } else {
          Iterator<String> notes = crowd.keys().iterator();
          while (notes.hasNext()) {
            if ((Crowd.partOf(notes.next()) & asked) == 0) {
              notes.remove();
            }
          }
        }
        rememberCrowd(key, known & asked);
      }
    }
  }

  private void rememberCrowd(TenantShard key, int parts) throws IOException {
    if (parts == 0) {
      crowds.remove(key);
      crowdParts.clear();
    } else {
      crowds.put(key, parts);
      crowdParts.update(parts);
    }
  }

  private void keep(TenantShard key, Totals totals) throws IOException {
    totals.keep(campaign -> playbook.knows(key.tenant(), campaign));
    if (totals.isChanged()) {
      if (totals.isEmpty()) {
        spent.clear();
      } else {
        spent.update(totals.encode());
      }
    }
  }

  /** Everybody is visited once, in a rehearsal only. */
  private void endOfTime(long atMillis) throws Exception {
    for (TenantShard key : keysOf(CUSTOMERS)) {
      setCurrentKey(key);
      Totals totals = Totals.decode(spent.value());
      Turn turn = new Turn(key, totals, atMillis);
      List<String> all = new ArrayList<>();
      customers.keys().forEach(all::add);
      for (String customer : all) {
        turn.endOfTime(customer);
      }
      turn.end();
      keep(key, totals);
    }
  }

  @Override
  public void onEventTime(InternalTimer<TenantShard, String> timer) {
    due.computeIfAbsent(timer.getKey(), key -> new ArrayList<>())
        .add(new TenantDecider.Due(timer.getTimestamp(), timer.getNamespace()));
  }

  @Override
  public void onProcessingTime(InternalTimer<TenantShard, String> timer) {
    throw new IllegalStateException("no processing-time timer is ever set");
  }

  /** One shard's turn: its customers in memory, and what it says. */
  private final class Turn implements TenantDecider.Recipients, TenantDecider.Listener, Notes {
    private final TenantShard key;
    private final long upToMillis;
    private final TenantDecider decider;
    private final LinkedHashMap<String, Recipient> inMemory = new LinkedHashMap<>(16, 0.75f, true);

    Turn(TenantShard key, Totals totals, long upToMillis) {
      this.key = key;
      this.upToMillis = upToMillis;
      this.decider = new TenantDecider(key, decide, playbook, totals, this, this, this);
    }

    @Override
    public Recipient of(String customerId) throws IOException {
      Recipient recipient = inMemory.get(customerId);
      if (recipient == null) {
        recipient = RecipientCodec.decode(key.tenant(), customerId, stored(customerId));
        inMemory.put(customerId, recipient);
        if (inMemory.size() > maxInMemory) {
          Iterator<Recipient> oldest = inMemory.values().iterator();
          Recipient longestAgo = oldest.next();
          oldest.remove();
          store(longestAgo);
        }
      }
      return recipient;
    }

    /** Most have nothing open, and stay as they are. */
    void endOfTime(String customerId) throws IOException {
      Recipient recipient = RecipientCodec.decode(key.tenant(), customerId, stored(customerId));
      if (!recipient.candidates.isEmpty()) {
        decider.endOfTime(recipient, upToMillis);
        store(recipient);
      }
    }

    private byte[] stored(String customerId) throws IOException {
      try {
        return customers.get(customerId);
      } catch (Exception unreadable) {
        throw new IOException("a customer's state can't be read", unreadable);
      }
    }

    @Override
    public byte[] read(String name) throws IOException {
      try {
        return crowd.get(name);
      } catch (Exception unreadable) {
        throw new IOException("a crowd's state can't be read", unreadable);
      }
    }

    @Override
    public void write(String name, byte[] bytes) throws IOException {
      try {
        if (bytes == null) {
          crowd.remove(name);
        } else {
          crowd.put(name, bytes);
        }
        int before = crowds.getOrDefault(key, 0);
        int parts = before | Crowd.partOf(name);
        if (parts != before) {
          rememberCrowd(key, parts);
        }
      } catch (Exception unwritable) {
        throw new IOException("a crowd's state can't be written", unwritable);
      }
    }

    void end() throws IOException {
      for (Recipient recipient : inMemory.values()) {
        store(recipient);
      }
    }

    /** Sets the timer of what is due next; it is the only one of the customer. */
    private void store(Recipient recipient) throws IOException {
      String customer = recipient.customerId;
      long before = recipient.timerMillis;
      boolean isPending = before != Recipient.NEVER && before > upToMillis;
      long wanted = decider.dueMillis(recipient, upToMillis);
      // What is due within this turn is on the agenda already.
      wanted = Math.max(wanted, upToMillis + 1);
      if (isPending && before != wanted) {
        timers.deleteEventTimeTimer(customer, before);
      }
      if (wanted != Recipient.NEVER && !(isPending && before == wanted)) {
        timers.registerEventTimeTimer(customer, wanted);
      }
      recipient.timerMillis = wanted;
      byte[] bytes = RecipientCodec.encode(recipient);
      try {
        if (bytes == null) {
          customers.remove(customer);
        } else {
          customers.put(customer, bytes);
        }
      } catch (Exception unwritable) {
        throw new IOException("a customer's state can't be written", unwritable);
      }
    }

    @Override
    public void decided(Decision decision) {
      decided.inc();
      decidedByCode.get(decision.code()).inc();
      output.collect(row.replace(decision, decision.atMillis()));
    }

    @Override
    public void triggered(Trigger trigger) {
      triggered.inc();
      arrivals
          .tookMillis(
              trigger.moment(),
              trigger.notBeforeMillis(),
              getProcessingTimeService().getCurrentProcessingTime())
          .ifPresent(eventToTrigger::update);
      output.collect(TRIGGERS, send.replace(trigger, trigger.notBeforeMillis()));
    }

    @Override
    public void failed(EvaluationException failure) {
      conditionsFailed.inc();
    }
  }
}
