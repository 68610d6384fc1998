package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Topic;
import dev.nudge.event.Units;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import dev.nudge.measure.ArmChange;
import dev.nudge.measure.AttributionRules;
import dev.nudge.measure.Contributions;
import dev.nudge.measure.CustomerLedger;
import dev.nudge.measure.DeclaredArms;
import dev.nudge.measure.ExperimentBook;
import dev.nudge.measure.ExperimentCodec;
import dev.nudge.measure.FunnelChange;
import dev.nudge.measure.FunnelKey;
import dev.nudge.measure.FunnelRow;
import dev.nudge.measure.KnownDefinitions;
import dev.nudge.measure.LedgerCodec;
import dev.nudge.measure.MaturityChange;
import dev.nudge.measure.MeasureJson;
import dev.nudge.measure.MoneyChange;
import dev.nudge.measure.RoiBook;
import dev.nudge.measure.SentVersion;
import dev.nudge.measure.StepChange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;

/** A folder of {@link RandomMeasures}, driven customer by customer through their ledgers. */
class LedgerRun implements Contributions {
  private static final long OUT_OF_ORDER_MILLIS = 5_000;
  private static final long COPY_MILLIS = 24 * 3_600_000L;
  private static final Map<String, Topic> TOPICS =
      Map.of(
          "profiles.jsonl", Topic.PROFILES,
          "orders.jsonl", Topic.ORDERS,
          "deliveries.jsonl", Topic.DELIVERIES,
          "clickstream.jsonl", Topic.CLICKSTREAM);

  private record Message(Topic topic, String id) {}

  private record Campaign(String tenant, String id) {}

  private static final class Instant {
    final List<CustomerEvent> events = new ArrayList<>();
    final List<Decision> decisions = new ArrayList<>();
  }

  private static final class OneCustomer {
    final TreeMap<Long, Instant> waiting = new TreeMap<>();
    final Map<Message, Long> accepted = new HashMap<>();
    final String tenant;
    CustomerLedger ledger;

    OneCustomer(String tenant, AttributionRules rules) {
      this.tenant = tenant;
      this.ledger = new CustomerLedger(tenant, rules);
    }
  }

  private final Path folder;
  private final long until;
  private final boolean throughBytes;
  private final AttributionRules rules;
  private final KnownDefinitions definitions = new KnownDefinitions();
  private final RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
  private final Map<CustomerKey, OneCustomer> customers = new HashMap<>();
  private final Map<FunnelKey, FunnelRow> funnel = new HashMap<>();
  private final Map<Campaign, RoiBook> books = new HashMap<>();
  private final Map<Campaign, ExperimentBook> experiments = new HashMap<>();
  private final List<ArmChange> armChanges = new ArrayList<>();
  private final List<DeclaredArms> declared = new ArrayList<>();

  /** How many events came late. */
  int late;

  /** The most bytes that a ledger took. */
  int mostBytes;

  LedgerRun(Path folder, long until, boolean throughBytes) throws Exception {
    this.folder = folder;
    this.until = until;
    this.throughBytes = throughBytes;
    boolean assumed = !Files.exists(folder.resolve("deliveries.jsonl"));
    this.rules =
        new AttributionRules(
            AttributionRules.DEFAULT.refundWindowMillis(),
            AttributionRules.DEFAULT.allowedLatenessMillis(),
            assumed);
    DefinitionReader reader = DefinitionReader.forRehearsal();
    try (Stream<Path> files = Files.list(folder.resolve("definitions"))) {
      for (Path file : files.sorted().toList()) {
        reader.read(file);
      }
    }
    reader.policies().forEach(definitions::know);
    reader.campaigns().values().forEach(campaign -> definitions.know(1, campaign));
    for (String line : Files.readAllLines(folder.resolve("decisions.jsonl"), UTF_8)) {
      Decision decision = decision(Event.JSON.readTree(line));
      if (decision.atMillis() <= until) {
        CustomerKey key = new CustomerKey(decision.tenant(), decision.customerId());
        instant(customer(key), decision.atMillis()).decisions.add(decision);
      }
    }
  }

  /** Every event in its order. */
  LedgerRun inOrder() throws IOException {
    for (Map.Entry<String, Topic> file : TOPICS.entrySet()) {
      Path path = folder.resolve(file.getKey());
      if (Files.exists(path)) {
        for (String line : Files.readAllLines(path, UTF_8)) {
          CustomerEvent event = event(file.getValue(), line);
          if (event != null) {
            instant(customer(event.key()), event.atMillis()).events.add(event);
          }
        }
      }
    }
    return end();
  }

  /** Events as they might arrive. */
  LedgerRun asTheyArrive(long seed) throws IOException {
    long newest = Long.MIN_VALUE + OUT_OF_ORDER_MILLIS;
    for (Arrivals.Arrival arrival : Arrivals.of(folder, seed)) {
      CustomerEvent event = event(TOPICS.get(arrival.file()), arrival.line());
      if (event == null) {
        continue;
      }
      newest = Math.max(newest, event.atMillis());
      long watermark = newest - OUT_OF_ORDER_MILLIS - 1;
      OneCustomer customer = customer(event.key());
      advance(customer, watermark);
      if (event.atMillis() > watermark) {
        instant(customer, event.atMillis()).events.add(event);
      } else if (isAccepted(customer, event)) {
        late++;
        customer.ledger.onLate(event, definitions, this);
        store(customer);
      }
    }
    return end();
  }

  /** Whether anything is left of anybody after a time without events. */
  boolean remembersAnybody(long atMillis) {
    for (OneCustomer customer : customers.values()) {
      advance(customer, atMillis);
      if (!customer.ledger.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private LedgerRun end() {
    customers.values().forEach(customer -> advance(customer, until));
    return this;
  }

  List<String> funnel() {
    return funnel.values().stream()
        .filter(row -> row.grants() != 0 || row.amountUnits().signum() != 0)
        .map(MeasureJson::of)
        .sorted()
        .toList();
  }

  List<String> roi() {
    return books.values().stream()
        .flatMap(book -> book.rows(until).stream())
        .map(MeasureJson::of)
        .sorted()
        .toList();
  }

  /** Arms as they stand in the end, by changes that come in the order in which they were said. */
  List<String> experimentsAsSaid() {
    return experiments(armChanges);
  }

  /**
   * Arms as they stand in the end, by changes that come in the order of their minutes: from
   * customers who live side by side, and of whom nothing is late.
   */
  List<String> experiments() {
    return experiments(
        armChanges.stream().sorted(Comparator.comparingLong(ArmChange::minuteMillis)).toList());
  }

  private List<String> experiments(List<ArmChange> changes) {
    experiments.clear();
    declared.forEach(each -> experiment(each.tenant(), each.campaign()).add(each));
    Random random = new Random(changes.size());
    for (ArmChange change : changes) {
      ExperimentBook book = experiment(change.tenant(), change.campaign());
      if (random.nextInt(3) == 0) {
        book.advanceTo(change.minuteMillis() + random.nextInt(60_000));
        book = throughBytes(book, change.tenant(), change.campaign());
      }
      book.add(change);
    }
    return experiments.values().stream()
        .flatMap(book -> book.rows(until).stream())
        .map(MeasureJson::of)
        .toList();
  }

  private ExperimentBook throughBytes(ExperimentBook book, String tenant, String campaign) {
    if (!throughBytes) {
      return book;
    }
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      ExperimentCodec.write(out, book);
      out.flush();
      ExperimentBook read =
          ExperimentCodec.read(tenant, campaign, bytes.toByteArray(), 0, bytes.size());
      experiments.put(new Campaign(tenant, campaign), read);
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void add(FunnelChange change) {
    funnel.merge(
        change.key(),
        new FunnelRow(change.key(), change.grants(), change.amountUnits()),
        (one, other) ->
            new FunnelRow(
                one.key(),
                one.grants() + other.grants(),
                one.amountUnits().add(other.amountUnits())));
  }

  @Override
  public void add(StepChange change) {}

  @Override
  public void add(MoneyChange change) {
    book(change.key().tenant(), change.key().campaign()).add(change);
  }

  @Override
  public void add(MaturityChange change) {
    book(change.key().tenant(), change.key().campaign()).add(change);
  }

  @Override
  public void add(SentVersion sent) {
    book(sent.tenant(), sent.campaign()).add(sent);
  }

  @Override
  public void add(ArmChange change) {
    armChanges.add(change);
  }

  @Override
  public void add(DeclaredArms arms) {
    declared.add(arms);
  }

  private ExperimentBook experiment(String tenant, String campaign) {
    return experiments.computeIfAbsent(
        new Campaign(tenant, campaign), none -> new ExperimentBook(tenant, campaign));
  }

  private RoiBook book(String tenant, String campaign) {
    return books.computeIfAbsent(
        new Campaign(tenant, campaign), none -> new RoiBook(tenant, campaign));
  }

  private OneCustomer customer(CustomerKey key) {
    return customers.computeIfAbsent(key, none -> new OneCustomer(key.tenant(), rules));
  }

  private static Instant instant(OneCustomer customer, long atMillis) {
    return customer.waiting.computeIfAbsent(atMillis, none -> new Instant());
  }

  private void advance(OneCustomer customer, long toMillis) {
    while (true) {
      long due = customer.ledger.dueMillis();
      long next = customer.waiting.isEmpty() ? due : Math.min(due, customer.waiting.firstKey());
      if (next > toMillis) {
        return;
      }
      Instant instant = customer.waiting.remove(next);
      if (instant == null) {
        instant = new Instant();
      }
      instant.events.sort(CustomerEvent.TOTAL_ORDER);
      List<CustomerEvent> accepted = new ArrayList<>();
      for (CustomerEvent event : instant.events) {
        if (isAccepted(customer, event)) {
          accepted.add(event);
        }
      }
      customer.ledger.onInstant(next, accepted, instant.decisions, definitions, this);
      store(customer);
    }
  }

  private static boolean isAccepted(OneCustomer customer, CustomerEvent event) {
    Message message = new Message(event.topic(), event.messageId());
    Long before = customer.accepted.get(message);
    if (before != null && event.atMillis() - before <= COPY_MILLIS) {
      return false;
    }
    customer.accepted.put(message, event.atMillis());
    return true;
  }

  private void store(OneCustomer customer) {
    if (!throughBytes) {
      return;
    }
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      LedgerCodec.write(out, customer.ledger);
      out.flush();
      mostBytes = Math.max(mostBytes, bytes.size());
      customer.ledger =
          LedgerCodec.read(customer.tenant, rules, bytes.toByteArray(), 0, bytes.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CustomerEvent event(Topic topic, String line) {
    Ingested ingested =
        decoder.decode(topic, line.getBytes(UTF_8), RecordPosition.line("a file", 1));
    CustomerEvent event = ingested.event();
    return event == null || event.atMillis() > until ? null : event;
  }

  private static Decision decision(JsonNode row) {
    JsonNode amount = row.get("amount");
    return new Decision(
        row.get("id").asText(),
        row.get("tenant").asText(),
        row.get("customerId").asText(),
        row.get("campaign").asText(),
        row.get("version").asInt(),
        row.path("moment").asText(null),
        0,
        Event.time(row.get("at")),
        DecisionCode.valueOf(row.get("code").asText()),
        null,
        Map.of(),
        null,
        row.path("variant").asText(null),
        row.path("channel").asText(null),
        amount == null ? null : (Long) Units.of(new BigDecimal(amount.asText())),
        row.path("triggerId").asText(null),
        row.path("grantId").asText(null));
  }
}
