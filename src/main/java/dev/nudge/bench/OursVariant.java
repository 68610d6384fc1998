package dev.nudge.bench;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.bench.Variant.Extras;
import dev.nudge.definition.Policy;
import dev.nudge.detect.Customer;
import dev.nudge.detect.CustomerCodec;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Occurrence;
import dev.nudge.ingest.Accepted;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import dev.nudge.ingest.CustomerOperator;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.pattern.Found;
import dev.nudge.pattern.PatternEngine;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.RuleSet;
import dev.nudge.pattern.RunningRule;
import dev.nudge.pattern.Scratch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;

/** Ours: one operator for all patterns, with the engine that Engage runs. */
final class OursVariant {
  /** Whether it finds matches; then they must be those of stock CEP. */
  static final boolean FINDS_MATCHES = true;

  private OursVariant() {}

  /**
   * Lays the operator.
   *
   * @param patterns what to look for; {@link PatternSet#patterns()} are the very objects that stock
   *     CEP gets
   * @param extras what else it shall do
   * @param ingest how events are ordered, and when the world ends
   */
  static DataStream<BenchMatch> define(
      DataStream<CustomerEvent> events, PatternSet patterns, Extras extras, IngestConfig ingest) {
    // Definitions come once and end: the operator begins when they have been read.
    DataStream<Integer> definitions =
        events.getExecutionEnvironment().fromData(Types.INT, patterns.count());
    return events
        .keyBy(CustomerEvent::key, TypeInformation.of(CustomerKey.class))
        .connect(definitions.broadcast())
        .transform(
            "Ours" + extras.label(),
            TypeInformation.of(BenchMatch.class),
            new CustomerOperator<>(new Patterns(patterns, extras), ingest, extras.deduplication()));
  }

  private static final class Patterns implements CustomerFunction<Integer, BenchMatch> {
    private static final long serialVersionUID = 1L;

    private final PatternSet patterns;
    private final Extras extras;

    private transient CustomerContext<BenchMatch> context;
    private transient PatternEngine engine;
    private transient RuleSet inForce;
    private transient List<Found> found;
    private transient Scratch features;
    private transient Customer customer;
    private transient long loadedInputs;

    Patterns(PatternSet patterns, Extras extras) {
      this.patterns = patterns;
      this.extras = extras;
    }

    @Override
    public void open(CustomerContext<BenchMatch> lent) {
      context = lent;
      found = new ArrayList<>();
      features = new Scratch();
      List<RunningRule> rules = new ArrayList<>();
      List<Pattern<Occurrence, ?>> all =
          extras.cel() ? patterns.patternsInCel() : patterns.patterns();
      for (Pattern<Occurrence, ?> pattern : all) {
        int number = rules.size();
        PatternTrigger trigger =
            PatternTrigger.of(
                pattern, 0, false, null, null, PatternTrigger.DEFAULT_MAX_PARTIAL_MATCHES);
        Rule rule =
            new Rule(
                null,
                Rule.Kind.ANOMALY,
                Integer.toString(number),
                Map.of(),
                trigger,
                null,
                null,
                null,
                null,
                Map.of());
        rules.add(new RunningRule(number, number, rule, name -> null));
      }
      engine = new PatternEngine(number -> rules.get((int) number), new Told());
      inForce = new RuleSet(rules, Set.of());
    }

    @Override
    public void onDefinition(Integer definition) {}

    @Override
    public boolean concerns(CustomerEvent event) {
      String name = Occurrence.nameOf(event);
      return extras.features() || (name != null && inForce.asksFor(name));
    }

    @Override
    public void load(CustomerKey key, byte[] state, int from, int length) throws IOException {
      int read = 0;
      customer = Customer.unknown();
      if (extras.features() && length > 0) {
        CodedInputStream in = CodedInputStream.newInstance(state, from, length);
        int limit = in.pushLimit(in.readUInt32());
        customer = CustomerCodec.decode(in);
        in.popLimit(limit);
        read = in.getTotalBytesRead();
      }
      loadedInputs = customer.inputs();
      engine.load(key, state, from + read, length - read);
    }

    @Override
    public void onInstant(long atMillis, List<Accepted> events) {
      found.clear();
      engine.beforeEvents(atMillis, inForce, found);
      int ordinal = 0;
      for (Accepted accepted : events) {
        CustomerEvent event = accepted.event();
        String name = Occurrence.nameOf(event);
        if (name != null && engine.concerns(name, inForce)) {
          engine.event(Occurrence.of(event), ordinal++, inForce, found);
        }
        if (extras.features()) {
          customer = customer.after(event, Policy.DEFAULT, Map.of());
        }
      }
      engine.afterEvents(atMillis, inForce, found);
      for (Found each : found) {
        if (extras.features() && customer.features(atMillis, Policy.DEFAULT).life() < 0) {
          throw new IllegalStateException("nobody has less than no life");
        }
        context.emit(new BenchMatch((int) each.rule().number(), each.event().atMillis()));
      }
    }

    @Override
    public long dueMillis() {
      return engine.dueMillis();
    }

    @Override
    public boolean isChanged() {
      return engine.isChanged() || customer.inputs() != loadedInputs;
    }

    @Override
    public void save(CodedOutputStream out) throws IOException {
      if (extras.features()) {
        CustomerCodec.encode(customer, features.begin());
        features.endInto(out);
      }
      engine.save(out);
    }

    /** Only the maximum can be hit, and only by a customer who does what hundreds do. */
    private final class Told implements PatternEngine.Incidents {
      @Override
      public void limitHit(RunningRule rule, long count) {
        context.emit(new BenchMatch(BenchMatch.GIVEN_UP, 0));
      }

      @Override
      public void failed(RunningRule rule, Exception reason) {
        throw new IllegalStateException("pattern " + rule.number(), reason);
      }

      @Override
      public void unreadable(RunningRule rule, Exception reason) {
        throw new IllegalStateException("pattern " + rule.number(), reason);
      }
    }
  }
}
