package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
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

  /** What alerts are judged by. */
  static final OutputTag<AlertInput> ALERTS =
      new OutputTag<>("alerts", TypeInformation.of(AlertInput.class));

  /** Versions of a campaign that are known at once; beyond it the oldest goes. */
  static final int MAX_VERSIONS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(MeasureFunction.class);
  private static final byte FORMAT = 1;
  private static final long DAY_MILLIS = 86_400_000L;

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
  private transient Map<String, SaidTerms> saidTerms;
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
    saidTerms = new HashMap<>();
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
    if (rule != null && rule.kind() != Rule.Kind.CAMPAIGN) {
      return;
    }
    boolean deleted = rule != null && rule.deleted();
    boolean taken = deleted || know(definition);
    if (rule != null) {
      String tenant = rule.tenant() == null ? "" : rule.tenant();
      context.emit(
          ALERTS,
          AlertInput.of(
              new DefinitionOutcome(
                  tenant,
                  definition.kind() + " " + rule.id(),
                  rule.version(),
                  rule.effectiveAtMillis(),
                  taken)));
      if (deleted) {
        context.emit(ALERTS, AlertInput.of(AlertTerms.deleted(tenant, rule.id(), rule.version())));
      } else if (taken && rule.tenant() != null) {
        // A target is missed, too, where nothing is ever sent.
        sayTerms(tenant, rule.id(), rule.version(), rule.effectiveAtMillis());
      }
    }
    // A campaign that is deleted stays: grants of it are still measured.
    if (taken && !deleted) {
      stored.put(place(definition, definition.version()), definition);
      if (rule != null) {
        forget(definition, rule);
      }
    }
  }

  private void forget(DefinitionVersion definition, RuleVersion rule) throws Exception {
    int version = rule.version() - MAX_VERSIONS;
    stored.remove(place(definition, version));
    definitions.forget(rule.tenant(), rule.id(), version);
    String name = rule.tenant() + "|" + rule.id() + "|" + version;
    saidTerms.remove(name);
    saidArms.remove(name);
    firstSent.remove(name);
  }

  /**
   * What a version of a campaign says, and when it was said last.
   *
   * @param atMillis when, epoch milliseconds
   */
  private record SaidTerms(Campaign campaign, Policy policy, long atMillis) {}

  /** Said again after a day, and after a restart: who heard it once may have forgotten it since. */
  private void sayTerms(String tenant, String id, int version, long atMillis) {
    Campaign campaign = definitions.campaign(tenant, id, version);
    if (campaign == null) {
      return;
    }
    Policy policy = definitions.policy(tenant);
    String name = tenant + "|" + id + "|" + version;
    SaidTerms said = saidTerms.get(name);
    if (said == null
        || !said.campaign.equals(campaign)
        || !said.policy.equals(policy)
        || atMillis - said.atMillis >= DAY_MILLIS) {
      saidTerms.put(name, new SaidTerms(campaign, policy, atMillis));
      context.emit(ALERTS, AlertInput.of(AlertSigns.terms(tenant, version, campaign, policy)));
    }
  }

  private void sign(AlertChange change) {
    // Files have no sources that could fall silent.
    if (config.rows() == MeasureConfig.Rows.LIVE || change.what() != AlertCount.RECORDS) {
      context.emit(ALERTS, AlertInput.of(change));
    }
  }

  private void sign(CustomerEvent event) {
    AlertSigns.of(event, event.delivery() == null ? null : ledger.channelOf(event), this::sign);
    Decision decision = event.decision();
    if (decision != null && decision.code().isGrant()) {
      sayTerms(decision.tenant(), decision.campaign(), decision.version(), decision.atMillis());
      AlertSigns.of(decision, definitions, this::sign);
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
    tallies =
        in.readBool()
            ? CustomerTallies.read(customer.tenant(), in)
            : new CustomerTallies(customer.tenant());
    int read = in.getTotalBytesRead();
    ledger =
        LedgerCodec.read(
            customer.tenant(), config.attribution(), state, from + read, length - read);
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
      sign(each.event());
      tally(each.event());
    }
    tallies.forget(atMillis - config.allowedLatenessMillis());
    countAnew();
    say();
  }

  @Override
  public void onLate(Accepted late) throws Exception {
    read();
    changed = true;
    inputs++;
    CustomerEvent event = late.event();
    sign(event);
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
    countAnew();
    say();
  }

  /** By the instant and not by the turn, which is as long as the watermark's step. */
  private void countAnew() {
    if (isNothing()) {
      inputs = 0;
    }
  }

  /** Whether nothing is kept of the customer, the number of inputs neither. */
  private boolean isNothing() {
    return ledger.isEmpty() && tallies.isEmpty() && attributes.isEmpty();
  }

  private static boolean isErasure(CustomerEvent event) {
    return event.profile() != null && event.profile().erased();
  }

  /**
   * Rows of sums name nobody and stay. The lists of grants and of who reached a step name the
   * customer until they go with their time; of grants that are remembered attributes go now.
   */
  private void forgetEverything() {
    for (Grant grant : ledger.history.grants) {
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
              Map.of(),
              inputs));
    }
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
    Campaign campaign =
        definitions.campaign(decision.tenant(), decision.campaign(), decision.version());
    context.emit(
        GRANTS,
        new GrantRow(
            customer.tenant(),
            decision.campaign(),
            decision.version(),
            Grant.variant(decision),
            customer.customerId(),
            decision.grantId(),
            decision.atMillis(),
            Terms.of(campaign).primaryMillis(),
            attributes.of(declared(), decision.atMillis()),
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
    if (isNothing()) {
      return;
    }
    to.writeFixed64NoTag(dueMillis);
    to.writeRawByte(FORMAT);
    to.writeUInt64NoTag(inputs);
    attributes.write(to);
    to.writeBoolNoTag(!tallies.isEmpty());
    tallies.write(to);
    LedgerCodec.write(to, ledger);
  }

  /** Gathers what an instant adds to rows, and says the rest at once. */
  private final class Out implements Contributions {
    private final TallySheet sheet = new TallySheet();

    @Override
    public void add(FunnelChange change) {
      sheet.add(change.key().row(), TallyColumn.GRANTS, change.grants(), change.amountUnits());
      AlertSigns.of(change, MeasureFunction.this::sign);
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
      AlertSigns.of(change, definitions, MeasureFunction.this::sign);
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
