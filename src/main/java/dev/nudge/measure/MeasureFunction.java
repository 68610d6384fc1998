package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.OrderStatus;
import dev.nudge.ingest.Accepted;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import dev.nudge.pattern.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what a customer adds to the rows: a {@link CustomerLedger} of what campaigns brought, and
 * {@link CustomerTallies} of all the rest.
 */
final class MeasureFunction implements CustomerFunction<DefinitionVersion, Tally> {
  /** Who reached which step. */
  static final OutputTag<StepRow> STEPS =
      new OutputTag<>("steps", TypeInformation.of(StepRow.class));

  /** Grants, each with who its customer was then. */
  static final OutputTag<GrantRow> GRANTS =
      new OutputTag<>("grants", TypeInformation.of(GrantRow.class));

  /** Versions of campaigns that are sent, each when it turns out to have been sent earlier. */
  static final OutputTag<SentVersion> SENT =
      new OutputTag<>("sent-versions", TypeInformation.of(SentVersion.class));

  /** What is added to arms of campaigns. */
  static final OutputTag<ArmChange> ARMS =
      new OutputTag<>("arms", TypeInformation.of(ArmChange.class));

  /** What versions of campaigns say about their arms, each when it is not what was said before. */
  static final OutputTag<DeclaredArms> DECLARED =
      new OutputTag<>("declared-arms", TypeInformation.of(DeclaredArms.class));

  /** Versions of a campaign that are known at once; beyond it the oldest goes. */
  static final int MAX_VERSIONS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(MeasureFunction.class);
  private static final byte FORMAT = 1;

  // By tenant, kind, id and version; the oldest of a campaign goes beyond MAX_VERSIONS, a deleted
  // campaign stays: grants of it are still measured.
  private static final MapStateDescriptor<String, DefinitionVersion> DEFINITIONS =
      new MapStateDescriptor<>(
          "definitions", Types.STRING, TypeInformation.of(DefinitionVersion.class));

  private final MeasureConfig config;
  private transient CustomerContext<Tally> context;
  private transient BroadcastState<String, DefinitionVersion> stored;
  private transient KnownDefinitions definitions;
  private transient Map<String, Long> firstSent;
  private transient Map<String, DeclaredArms> saidArms;
  private transient Out out;
  private transient Counter corrections;
  private transient Counter refused;

  private transient CustomerKey customer;
  private transient byte[] state;
  private transient int from;
  private transient int length;
  private transient CustomerLedger ledger;
  private transient CustomerTallies tallies;
  private transient DeclaredAttributes attributes;
  private transient long inputs;
  private transient long dueMillis;
  private transient boolean changed;

  MeasureFunction(MeasureConfig config) {
    this.config = config;
  }

  @Override
  public void open(CustomerContext<Tally> lent) throws Exception {
    context = lent;
    stored = lent.definitions(DEFINITIONS);
    definitions = new KnownDefinitions();
    firstSent = new HashMap<>();
    saidArms = new HashMap<>();
    out = new Out();
    corrections = lent.metrics().counter("corrections");
    refused = lent.metrics().counter("refused");
    // Policies first, which have the schemas.
    for (boolean ofPolicies : new boolean[] {true, false}) {
      for (Map.Entry<String, DefinitionVersion> known : stored.immutableEntries()) {
        if (ofPolicies == (known.getValue().policy() != null)) {
          know(known.getValue());
        }
      }
    }
  }

  @Override
  public long allowedLatenessMillis() {
    return config.allowedLatenessMillis();
  }

  @Override
  public void onDefinition(DefinitionVersion definition) throws Exception {
    RuleVersion rule = definition.rule();
    if (definition.result() != null) {
      // Measure's own.
      return;
    }
    if (rule != null && (rule.kind() != Rule.Kind.CAMPAIGN || rule.deleted())) {
      return;
    }
    if (know(definition)) {
      stored.put(place(definition, definition.version()), definition);
      if (rule != null) {
        stored.remove(place(definition, definition.version() - MAX_VERSIONS));
      }
    }
  }

  /** Of a policy one stands, of a campaign each version. */
  private static String place(DefinitionVersion definition, int version) {
    String tenant = definition.tenant() == null ? "" : definition.tenant();
    String id = definition.kind() + "|" + definition.id();
    return tenant + "|" + (definition.policy() != null ? id : id + "|" + version);
  }

  private boolean know(DefinitionVersion definition) {
    PolicyVersion policy = definition.policy();
    if (policy != null) {
      definitions.know(policy.tenant(), policy.deleted() ? null : policy.policy());
      return true;
    }
    RuleVersion rule = definition.rule();
    try {
      definitions.know(
          rule.version(),
          CampaignCodec.compile(rule.source(), definitions.policy(rule.tenant()).schema()));
      return true;
    } catch (DefinitionException e) {
      LOG.error(
          "campaign {} of {}, version {}, is not taken: {}",
          rule.id(),
          rule.tenant(),
          rule.version(),
          e.getMessage());
      return false;
    }
  }

  /** Everything is counted somewhere. */
  @Override
  public boolean concerns(CustomerEvent event) {
    return true;
  }

  @Override
  public void load(CustomerKey whose, byte[] bytes, int begin, int size) throws IOException {
    customer = whose;
    state = bytes;
    from = begin;
    length = size;
    changed = false;
    ledger = null;
    tallies = null;
    // Most turns of time alone find nothing due: only this is read then.
    dueMillis = size == 0 ? NEVER : CodedInputStream.newInstance(bytes, begin, size).readFixed64();
  }

  private void read() throws IOException {
    if (ledger != null) {
      return;
    }
    if (length == 0) {
      inputs = 0;
      ledger = new CustomerLedger(customer.tenant(), config.attribution());
      tallies = new CustomerTallies(customer.tenant());
      attributes = new DeclaredAttributes();
      return;
    }
    CodedInputStream in = CodedInputStream.newInstance(state, from, length);
    in.readFixed64();
    byte format = in.readRawByte();
    if (format != FORMAT) {
      throw new IOException(
          "a customer's measures: found format " + format + ", expected " + FORMAT);
    }
    inputs = in.readUInt64();
    attributes = DeclaredAttributes.read(in);
    int ledgerLength = in.readUInt32();
    int ledgerFrom = from + in.getTotalBytesRead();
    ledger =
        LedgerCodec.read(customer.tenant(), config.attribution(), state, ledgerFrom, ledgerLength);
    int talliesFrom = ledgerFrom + ledgerLength;
    tallies =
        CustomerTallies.read(
            customer.tenant(),
            CodedInputStream.newInstance(state, talliesFrom, from + length - talliesFrom));
  }

  @Override
  public void onInstant(long atMillis, List<Accepted> accepted) throws Exception {
    read();
    changed = true;
    inputs += accepted.isEmpty() ? 0 : 1;
    List<CustomerEvent> events = new ArrayList<>(accepted.size());
    List<Decision> decisions = new ArrayList<>();
    for (Accepted each : accepted) {
      CustomerEvent event = each.event();
      if (isErasure(event)) {
        forgetEverything();
        events.clear();
      } else if (event.decision() != null) {
        decisions.add(event.decision());
      } else if (event.profile() != null) {
        attributes.take(event.profile(), event.atMillis(), declared());
      } else if (event.stageChange() == null) {
        events.add(event);
      }
    }
    decisions.forEach(this::sayWho);
    ledger.onInstant(atMillis, events, decisions, definitions, out);
    for (Accepted each : accepted) {
      tally(each.event());
    }
    tallies.forget(atMillis - config.allowedLatenessMillis());
    say();
  }

  @Override
  public void onLate(Accepted late) throws Exception {
    read();
    changed = true;
    inputs++;
    CustomerEvent event = late.event();
    if (isErasure(event)) {
      forgetEverything();
    } else if (event.profile() != null) {
      attributes.take(event.profile(), event.atMillis(), declared());
    } else if (event.decision() != null) {
      sayWho(event.decision());
      ledger.onLate(event.decision(), definitions, out);
    } else {
      if (event.stageChange() == null) {
        ledger.onLate(event, definitions, out);
      }
      tally(event);
    }
    corrections.inc();
    say();
  }

  private static boolean isErasure(CustomerEvent event) {
    return event.profile() != null && event.profile().erased();
  }

  /** Rows stay as they are: they name nobody but in the list of who reached a step. */
  private void forgetEverything() {
    ledger = new CustomerLedger(customer.tenant(), config.attribution());
    tallies = new CustomerTallies(customer.tenant());
    attributes = new DeclaredAttributes();
  }

  private Set<String> declared() {
    return definitions.policy(customer.tenant()).schema().keySet();
  }

  /** Of a decision's own instant profiles come first. */
  private void sayWho(Decision decision) {
    if (!decision.code().isGrant()) {
      return;
    }
    Grant grant = Grant.of(decision, definitions);
    context.emit(
        GRANTS,
        new GrantRow(
            customer.tenant(),
            grant.campaign(),
            grant.version(),
            grant.variant(),
            customer.customerId(),
            grant.id(),
            grant.atMillis(),
            grant.terms().primaryMillis(),
            attributes.of(declared()),
            inputs));
  }

  private void tally(CustomerEvent event) {
    if (config.rows() == MeasureConfig.Rows.AT_END) {
      return;
    }
    CustomerTallies.Outcome outcome;
    if (event.stageChange() != null) {
      outcome = tallies.entered(event.stageChange(), out.sheet);
    } else if (event.order() != null || event.click() != null) {
      boolean paid = event.order() != null && event.order().status() == OrderStatus.PAID;
      outcome =
          tallies.happened(
              event,
              definitions.policy(customer.tenant()).lifecycle().lostDays(),
              paid ? ledger.repurchaseTouch(event.atMillis()) : RepurchaseTouch.NONE,
              out.sheet);
    } else {
      return;
    }
    if (outcome == CustomerTallies.Outcome.TOO_OLD) {
      refused.inc();
    }
  }

  private void say() {
    out.sheet.drain().forEach(context::emit);
    long next = tallies.dueMillis(config.allowedLatenessMillis());
    dueMillis = Math.min(ledger.dueMillis(), next);
  }

  @Override
  public long dueMillis() {
    return dueMillis;
  }

  @Override
  public boolean isChanged() {
    return changed;
  }

  @Override
  public void save(CodedOutputStream to) throws IOException {
    if (ledger.isEmpty() && tallies.isEmpty() && attributes.isEmpty()) {
      return;
    }
    ByteArrayOutputStream ledgerBytes = new ByteArrayOutputStream();
    CodedOutputStream ledgerOut = CodedOutputStream.newInstance(ledgerBytes);
    LedgerCodec.write(ledgerOut, ledger);
    ledgerOut.flush();
    to.writeFixed64NoTag(dueMillis);
    to.writeRawByte(FORMAT);
    to.writeUInt64NoTag(inputs);
    attributes.write(to);
    to.writeUInt32NoTag(ledgerBytes.size());
    to.writeRawBytes(ledgerBytes.toByteArray());
    tallies.write(to);
  }

  /** Gathers what an instant adds to rows, and says the rest at once. */
  private final class Out implements Contributions {
    private final TallySheet sheet = new TallySheet();

    @Override
    public void add(FunnelChange change) {
      sheet.add(change.key().row(), TallyColumn.GRANTS, change.grants(), change.amountUnits());
    }

    @Override
    public void add(StepChange change) {
      context.emit(STEPS, new StepRow(customer.tenant(), customer.customerId(), change, inputs));
    }

    @Override
    public void add(MoneyChange change) {
      TallyRow row = change.key().row();
      sheet.add(row, TallyColumn.SENT_GRANTS, change.grants(), null);
      sheet.add(row, TallyColumn.REVENUE, 0, change.revenueUnits());
      sheet.add(row, TallyColumn.COST, 0, change.costE8());
    }

    @Override
    public void add(MaturityChange change) {
      TallyRow row = change.key().row();
      sheet.add(row, TallyColumn.MADE, change.made(), null);
      sheet.add(row, TallyColumn.MADE_AND_MATURED, change.madeAndMatured(), null);
      sheet.add(row, TallyColumn.MATURED, change.matured(), null);
    }

    /** Said again after a restart, which changes nothing. */
    @Override
    public void add(SentVersion sent) {
      String version = sent.tenant() + "|" + sent.campaign() + "|" + sent.version();
      Long first = firstSent.get(version);
      if (first == null || sent.firstMillis() < first) {
        firstSent.put(version, sent.firstMillis());
        context.emit(SENT, sent);
      }
    }

    @Override
    public void add(ArmChange change) {
      context.emit(ARMS, change);
    }

    /** Said again after a restart, which changes nothing. */
    @Override
    public void add(DeclaredArms arms) {
      String version = arms.tenant() + "|" + arms.campaign() + "|" + arms.version();
      if (!arms.equals(saidArms.put(version, arms))) {
        context.emit(DECLARED, arms);
      }
    }
  }
}
