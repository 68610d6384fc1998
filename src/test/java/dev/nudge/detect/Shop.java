package dev.nudge.detect;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.Anomaly;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Moment;
import dev.nudge.event.Value;
import dev.nudge.ingest.CustomerHarness;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.pattern.Rule;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** The room Detect at work, told what happens and what its tenants define. */
final class Shop {
  private static final IngestConfig INGEST = IngestConfig.from(new Configuration());

  private final Backend backend;
  private CustomerHarness<DefinitionVersion, Moment> harness;

  Shop(Backend backend) throws Exception {
    this.backend = backend;
    harness = CustomerHarness.start(new DetectFunction(), INGEST, backend);
    harness.endOfDefinitions();
  }

  static Shop open() throws Exception {
    return new Shop(Backend.HEAP);
  }

  Shop receive(CustomerEvent... events) throws Exception {
    harness.receive(events);
    return this;
  }

  /** A policy of acme, from the beginning of time: the keys behind kind and tenant, as YAML. */
  Shop policy(String... keys) throws Exception {
    return policy("acme", 1, Long.MIN_VALUE, keys);
  }

  Shop policy(String tenant, int version, long effectiveAt, String... keys) throws Exception {
    Policy policy = policyOf(tenant, keys);
    harness.define(
        DefinitionVersion.of(new PolicyVersion(tenant, version, effectiveAt, policy, false)));
    return this;
  }

  private static Policy policyOf(String tenant, String... keys) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    String text = "kind: policy\ntenant: " + tenant + "\n" + String.join("\n", keys) + "\n";
    reader.read("policy.yaml", text.getBytes(UTF_8));
    return reader.policies().get(0);
  }

  /** A version of a rule that a file would be accepted with. */
  Shop rule(int version, long effectiveAt, String yaml) throws Exception {
    return define(version(version, effectiveAt, yaml));
  }

  Shop define(RuleVersion version) throws Exception {
    harness.define(DefinitionVersion.of(version));
    return this;
  }

  static RuleVersion version(int version, long effectiveAt, String yaml)
      throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("rule.yaml", yaml.getBytes(UTF_8));
    RuleSource source = reader.rules().get(0);
    return new RuleVersion(
        source.tenant(),
        source.kind(),
        source.id(),
        version,
        effectiveAt,
        source.onChange(),
        source.json(),
        false);
  }

  Shop delete(String tenant, String id) throws Exception {
    return define(new RuleVersion(tenant, Rule.Kind.ANOMALY, id, 0, 0, null, null, true));
  }

  Shop deleteCampaign(String id) throws Exception {
    return define(new RuleVersion("acme", Rule.Kind.CAMPAIGN, id, 0, 0, null, null, true));
  }

  Shop deletePolicy(String tenant) throws Exception {
    harness.define(DefinitionVersion.of(new PolicyVersion(tenant, 0, 0, null, true)));
    return this;
  }

  /** Rules of tenants that are in state, in any version. */
  int ruleVersions() throws Exception {
    BroadcastState<String, RuleHistory> rules =
        harness
            .getOperator()
            .getOperatorStateBackend()
            .getBroadcastState(new MapStateDescriptor<>("rules", String.class, RuleHistory.class));
    int versions = 0;
    for (Map.Entry<String, RuleHistory> rule : rules.immutableEntries()) {
      versions += rule.getValue().versions().size();
    }
    return versions;
  }

  /**
   * A savepoint, and another process that goes on from it. It holds all its files itself: no
   * coordinator is here who would know those of the one before.
   */
  Shop restart() throws Exception {
    OperatorSubtaskState snapshot =
        harness
            .snapshotWithLocalState(1, 1, SavepointType.savepoint(SavepointFormatType.NATIVE))
            .getJobManagerOwnedState();
    harness.close();
    harness = CustomerHarness.restore(snapshot, new DetectFunction(), INGEST, backend, 1, 1, 0);
    return this;
  }

  /** All moments up to a watermark, customer by customer, each one's in the order of saying. */
  List<Moment> moments(long watermark) throws Exception {
    harness.watermark(watermark);
    return harness.said().stream().sorted(Comparator.comparing(Moment::customerId)).toList();
  }

  /**
   * The anomalies of these kinds up to a watermark: customer, time, kind, order, value/baseline.
   */
  List<String> found(long watermark, String... kinds) throws Exception {
    Set<String> wanted = Set.of(kinds);
    return moments(watermark).stream()
        .filter(moment -> wanted.contains(moment.kind()))
        .map(Shop::line)
        .toList();
  }

  private static String line(Moment moment) {
    Anomaly anomaly = moment.anomaly();
    String order = anomaly.orderId() == null ? "" : " " + anomaly.orderId();
    return "%s%s %s%s %s/%s"
        .formatted(
            anomaly.customerId(),
            time(anomaly.atMillis()),
            anomaly.kind(),
            order,
            number(anomaly.value()),
            number(anomaly.baseline()));
  }

  private static String number(Value value) {
    return value == null ? "-" : new BigDecimal(value.text()).stripTrailingZeros().toPlainString();
  }

  /** Since the start: in days, hours or minutes where these are whole, else milliseconds. */
  static String time(long atMillis) {
    long after = atMillis - START;
    if (after == 0) {
      return "+0";
    } else if (after % DAY == 0) {
      return "%+dd".formatted(after / DAY);
    } else if (after % HOUR == 0) {
      return "%+dh".formatted(after / HOUR);
    } else if (after % MINUTE == 0) {
      return "%+dm".formatted(after / MINUTE);
    }
    return "%+d".formatted(after);
  }

  /** The moments of campaigns up to a watermark: customer, time, campaign. */
  List<String> pushed(long watermark, String... campaigns) throws Exception {
    Set<String> wanted = Set.of(campaigns);
    return moments(watermark).stream()
        .filter(moment -> wanted.contains(moment.kind()) && moment.anomaly() == null)
        .map(moment -> moment.customerId() + time(moment.atMillis()) + " " + moment.kind())
        .toList();
  }

  /** The events passed on since this was last asked, as they stand on the stream. */
  List<StreamRecord<CustomerEvent>> passedOn() {
    Queue<StreamRecord<CustomerEvent>> passed = harness.getSideOutput(DetectFunction.EVENTS);
    List<StreamRecord<CustomerEvent>> all = passed == null ? List.of() : List.copyOf(passed);
    if (passed != null) {
      passed.clear();
    }
    return all;
  }

  /**
   * What stands on the stream of moments, watermarks included, since {@link #moments} was asked.
   */
  List<Object> stream() {
    return List.copyOf(harness.getOutput());
  }

  Shop watermark(long atMillis) throws Exception {
    harness.watermark(atMillis);
    return this;
  }

  long counted(String name) {
    return harness.counted(name);
  }

  int stateEntries() {
    return harness.stateEntries();
  }

  int timers() {
    return harness.numEventTimeTimers();
  }

  void close() throws Exception {
    harness.close();
  }
}
