package dev.nudge.pattern;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Occurrence;
import dev.nudge.ingest.Accepted;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import dev.nudge.ingest.CustomerHarness;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.pattern.Visit.Arrival;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.VoidNamespace;

/**
 * Ours, as it runs in a job: {@code CustomerOperator} with all patterns of a batch in one engine,
 * and each customer's state turned to bytes and back at every watermark.
 */
final class Operated {
  /** Message ids are remembered for a day, and then nothing but patterns keep a customer. */
  private static final long TWO_DAYS_MILLIS = Duration.ofDays(2).toMillis();

  /** Spoils the operator on purpose. */
  enum Fault {
    NONE,
    A_TURN_FORGETS_WHAT_WAS_OPEN,
    A_TURN_IS_NOT_SAVED,
    NOTHING_IS_DUE,
    EVENTS_OF_AN_INSTANT_HAVE_NO_ORDER,
    EVENTS_THAT_NO_CONDITION_NAMES_ARE_UNSEEN
  }

  /**
   * How a job lives.
   *
   * @param backend where state lies
   * @param maxEventsOnHeap further events wait in state
   * @param restarts before which arrival it restarts from a savepoint, and in how many subtasks
   */
  record Life(Backend backend, int maxEventsOnHeap, TreeMap<Integer, Integer> restarts) {
    static Life quiet() {
      return new Life(Backend.HEAP, 10_000, new TreeMap<>());
    }

    /** Half of all lives are quiet; the others restart once on RocksDB, or are rescaled twice. */
    static Life random(long seed, int arrivals) {
      SplittableRandom random = new SplittableRandom(seed);
      int maxEventsOnHeap = random.nextInt(4) == 0 ? random.nextInt(20) : 10_000;
      TreeMap<Integer, Integer> restarts = new TreeMap<>();
      Backend backend = Backend.HEAP;
      int draw = random.nextInt(4);
      if (draw == 0) {
        backend = Backend.ROCKSDB;
        restarts.put(random.nextInt(arrivals), 1);
      } else if (draw == 1) {
        backend = random.nextBoolean() ? Backend.ROCKSDB : Backend.HEAP;
        int first = random.nextInt(arrivals / 2);
        restarts.put(first, 2);
        restarts.put(first + 1 + random.nextInt(arrivals / 2), 1);
      }
      return new Life(backend, maxEventsOnHeap, restarts);
    }
  }

  /**
   * What came of it.
   *
   * @param found by pattern and {@linkplain Batch.Watch#keyOf customer}, the matches in order, each
   *     written as {@link Trial#written}
   * @param kept the customers that still have state two days later
   * @param timers the timers that are then set
   * @param entriesWithoutRules entries of state and timers after all rules were deleted and each
   *     customer had a turn
   * @param incidents what went not as it should
   */
  record Outcome(
      List<Map<String, List<String>>> found,
      Set<String> kept,
      int timers,
      int entriesWithoutRules,
      List<String> incidents) {
    /** What a pattern found in one shop. */
    Map<String, List<String>> found(int pattern, String shop) {
      Map<String, List<String>> there = new TreeMap<>(found.get(pattern));
      there.keySet().removeIf(customer -> !Batch.shopOf(customer).equals(shop));
      return there;
    }
  }

  private final Batch batch;
  private final Life life;
  private final Patterns function;
  private final IngestConfig ingest;
  private final List<String> said = new ArrayList<>();
  private List<CustomerHarness<Integer, String>> subtasks = new ArrayList<>();

  private Operated(Batch batch, Life life, int maxPartialMatches, Fault fault) {
    this.batch = batch;
    this.life = life;
    this.function = new Patterns(batch.shapes(), batch.watching(), maxPartialMatches, fault);
    this.ingest =
        new IngestConfig(
            0,
            30_000,
            0,
            0,
            IngestConfig.IdleClock.RECORDS,
            life.maxEventsOnHeap(),
            Long.MAX_VALUE);
  }

  static Outcome run(Batch batch, Life life, int maxPartialMatches, Fault fault) throws Exception {
    Operated operated = new Operated(batch, life, maxPartialMatches, fault);
    try {
      return operated.run();
    } finally {
      operated.close();
    }
  }

  private Outcome run() throws Exception {
    subtasks.add(CustomerHarness.start(function, ingest, life.backend()));
    subtasks.get(0).endOfDefinitions();
    for (int i = 0; i < batch.stream().size(); i++) {
      Integer parallelism = life.restarts().get(i);
      if (parallelism != null) {
        restart(parallelism);
      }
      Arrival arrival = batch.stream().get(i);
      if (arrival.visit() == null) {
        watermark(arrival.watermarkMillis());
      } else {
        receive(arrival.visit());
      }
    }
    watermark(TWO_DAYS_MILLIS);
    Set<String> kept = kept();
    int timers = 0;
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      subtask.snapshot(9, 9); // RocksDB removes timers in batches, of which this ends the last.
      timers += subtask.numEventTimeTimers();
    }
    collect();
    return new Outcome(found(), kept, timers, entriesWithoutRules(), incidents());
  }

  private void receive(Visit visit) throws Exception {
    CustomerEvent event = visit.event();
    int subtask =
        KeyGroupRangeAssignment.assignKeyToParallelOperator(
            event.key(), CustomerHarness.KEY_GROUPS, subtasks.size());
    subtasks.get(subtask).receive(event);
  }

  private void watermark(long atMillis) throws Exception {
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      subtask.watermark(atMillis);
    }
  }

  private void restart(int parallelism) throws Exception {
    int before = subtasks.size();
    OperatorSubtaskState[] parts = new OperatorSubtaskState[before];
    for (int i = 0; i < before; i++) {
      parts[i] = subtasks.get(i).snapshot(1, 1);
    }
    collect();
    close();
    OperatorSubtaskState all = CustomerHarness.repackageState(parts);
    subtasks = new ArrayList<>();
    for (int i = 0; i < parallelism; i++) {
      subtasks.add(
          CustomerHarness.restore(all, function, ingest, life.backend(), before, parallelism, i));
    }
  }

  private void collect() {
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      said.addAll(subtask.said());
    }
  }

  private void close() throws Exception {
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      subtask.close();
    }
  }

  private Set<String> kept() {
    Set<String> kept = new TreeSet<>();
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      try (Stream<CustomerKey> keys =
          subtask
              .getOperator()
              .<CustomerKey>getKeyedStateBackend()
              .getKeys("customer", VoidNamespace.INSTANCE)) {
        keys.forEach(key -> kept.add(key.customerId()));
      }
    }
    return kept;
  }

  private int entriesWithoutRules() throws Exception {
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      subtask.define(0);
    }
    int id = 1_000_000;
    for (String customer : batch.customers()) {
      receive(new Visit(customer, ++id, RandomTrials.FOREIGN, 0, TWO_DAYS_MILLIS + 1));
    }
    watermark(2 * TWO_DAYS_MILLIS);
    int entries = 0;
    for (CustomerHarness<Integer, String> subtask : subtasks) {
      subtask.snapshot(10, 10);
      entries += subtask.stateEntries() + subtask.numEventTimeTimers();
    }
    return entries;
  }

  private List<String> incidents() {
    return said.stream().filter(line -> line.startsWith("!")).toList();
  }

  private List<Map<String, List<String>>> found() {
    List<Map<String, List<String>>> found = new ArrayList<>();
    for (int i = 0; i < batch.shapes().size(); i++) {
      found.add(new TreeMap<>());
    }
    for (String line : said) {
      if (!line.startsWith("!")) {
        String[] parts = line.split("\\|", 3);
        found
            .get(Integer.parseInt(parts[0]))
            .computeIfAbsent(parts[1], customer -> new ArrayList<>())
            .add(parts[2]);
      }
    }
    return found;
  }

  /** A definition ends all rules. */
  private static final class Patterns implements CustomerFunction<Integer, String> {
    @Serial private static final long serialVersionUID = 1;
    private static final int SPOILED_TURN = 7;

    private final ArrayList<Shape> shapes;
    private final HashMap<String, List<Integer>> watching;
    private final int maxPartialMatches;
    private final Fault fault;

    private transient CustomerContext<String> context;
    private transient Map<Long, RunningRule> rules;
    private transient Map<String, RuleSet> byShop;
    private transient PatternEngine engine;
    private transient RuleSet inForce;
    private transient String customer;
    private transient List<Found> found;
    private transient int turns;

    Patterns(
        List<Shape> shapes,
        Map<String, List<Integer>> watching,
        int maxPartialMatches,
        Fault fault) {
      this.shapes = new ArrayList<>(shapes);
      this.watching = new HashMap<>(watching);
      this.maxPartialMatches = maxPartialMatches;
      this.fault = fault;
    }

    @Override
    public void open(CustomerContext<String> lent) {
      context = lent;
      found = new ArrayList<>();
      rules = new HashMap<>();
      for (int i = 0; i < shapes.size(); i++) {
        Batch.Watch watch = Batch.Watch.of(i, shapes.get(i));
        PatternTrigger trigger =
            PatternTrigger.of(
                shapes.get(i).patternOfOccurrences(),
                0,
                watch == Batch.Watch.INCLUSIVE,
                watch == Batch.Watch.AMONG_NAMES ? Set.of(RandomTrials.NAMES.split("")) : null,
                watch == Batch.Watch.BY_VALUE ? "value" : null,
                maxPartialMatches);
        Rule rule =
            new Rule(
                null,
                Rule.Kind.ANOMALY,
                Integer.toString(i),
                Map.of(),
                trigger,
                null,
                null,
                null,
                null,
                Map.of());
        rules.put((long) i, new RunningRule(i, i, rule, name -> null));
      }
      byShop = new HashMap<>();
      engine = new PatternEngine(rules::get, new Told());
    }

    private RuleSet inForce(String shop) {
      List<RunningRule> running = new ArrayList<>();
      for (int number : watching.getOrDefault(shop, List.of())) {
        if (rules.containsKey((long) number)) {
          running.add(rules.get((long) number));
        }
      }
      return new RuleSet(running, Set.of());
    }

    @Override
    public void onDefinition(Integer none) {
      rules.clear();
      byShop.clear();
    }

    @Override
    public boolean concerns(CustomerEvent event) {
      return true;
    }

    @Override
    public void load(CustomerKey key, byte[] state, int from, int length) throws IOException {
      turns++;
      customer = key.customerId();
      inForce = byShop.computeIfAbsent(Batch.shopOf(customer), this::inForce);
      engine.load(key, state, from, forgets() ? 0 : length);
    }

    @Override
    public void onInstant(long atMillis, List<Accepted> events) {
      found.clear();
      engine.beforeEvents(atMillis, inForce, found);
      int ordinal = 0;
      for (Accepted accepted : events) {
        Occurrence event = Occurrence.of(accepted.event());
        boolean isSeen =
            is(Fault.EVENTS_THAT_NO_CONDITION_NAMES_ARE_UNSEEN)
                ? inForce.inForce().stream()
                    .anyMatch(rule -> rule.names() != null && rule.names().contains(event.name()))
                : engine.concerns(event.name(), inForce);
        if (isSeen) {
          engine.event(event, ordinal, inForce, found);
          engine.afterEvent(inForce);
        }
        ordinal += is(Fault.EVENTS_OF_AN_INSTANT_HAVE_NO_ORDER) ? 0 : 1;
      }
      engine.afterEvents(atMillis, inForce, found);
      for (Found each : found) {
        int number = each.rule().order();
        Batch.Watch watch = Batch.Watch.of(number, shapes.get(number));
        String within = watch.keyOf(Visit.of(customer, each.event()));
        context.emit(number + "|" + within + "|" + written(each));
      }
    }

    private String written(Found each) {
      Map<String, List<Visit>> steps = new HashMap<>();
      each.steps()
          .forEach(
              (step, events) ->
                  steps.put(
                      step, events.stream().map(event -> Visit.of(customer, event)).toList()));
      return Trial.written(steps);
    }

    @Override
    public long dueMillis() {
      return is(Fault.NOTHING_IS_DUE) ? NEVER : engine.dueMillis();
    }

    @Override
    public boolean isChanged() {
      return forgets() || (engine.isChanged() && !(is(Fault.A_TURN_IS_NOT_SAVED) && isSpoiled()));
    }

    @Override
    public void save(CodedOutputStream out) throws IOException {
      engine.save(out);
    }

    private boolean forgets() {
      return is(Fault.A_TURN_FORGETS_WHAT_WAS_OPEN) && isSpoiled();
    }

    private boolean is(Fault other) {
      return fault == other;
    }

    private boolean isSpoiled() {
      return turns % SPOILED_TURN == 0;
    }

    private final class Told implements PatternEngine.Incidents {
      @Override
      public void limitHit(RunningRule rule, long count) {
        context.emit("!" + rule.number() + " gives up " + count + " of " + customer);
      }

      @Override
      public void failed(RunningRule rule, Exception reason) {
        context.emit("!" + rule.number() + " failed for " + customer + ": " + reason);
      }

      @Override
      public void unreadable(RunningRule rule, Exception reason) {
        context.emit("!" + rule.number() + " is unreadable for " + customer + ": " + reason);
      }
    }
  }
}
