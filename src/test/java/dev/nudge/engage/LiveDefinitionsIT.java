package dev.nudge.engage;

import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.SECOND;
import static dev.nudge.TestEvents.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.cli.DefinitionsCommand;
import dev.nudge.cli.Deployment;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicName;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A marketer changes an anomaly while the job runs: versions, a savepoint in between, garbage, and
 * the end. Each moment carries the limit of the version that judged its order.
 */
class LiveDefinitionsIT {
  private static final int PARTITIONS = 2;

  /** So many that every subtask has some of them. */
  private static final int PROBES = 24;

  private static final Pattern MOMENT =
      Pattern.compile(
          "\"tenant\":\"(?<tenant>\\w+)\",\"customerId\":\"(?<customer>[\\w-]+)\",\"kind\":\"(?<kind>\\w+)\","
              + "\"at\":\"(?<at>[^\"]+)\"(,\"orderId\":\"\\w+\")?(,\"value\":\"?[\\w.]+\"?)?"
              + "(,\"baseline\":(?<baseline>[\\w.]+))?");

  @TempDir private Path directory;
  private final Configuration ingest = new Configuration();
  private EngageDeployment engage;
  private KafkaProducer<byte[], byte[]> producer;

  /** Up to when time has passed. */
  private long now = START;

  private final List<Future<RecordMetadata>> onTheWay = new ArrayList<>();
  private int sent;
  private int seen;

  @BeforeEach
  void start() throws Exception {
    // Time is what records say: nothing depends on how long anything takes here.
    ingest.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
    ingest.set(IngestConfig.IDLE_AFTER, Duration.ofHours(1));
    ingest.set(IngestConfig.MAX_OUT_OF_ORDERNESS, Duration.ZERO);
    engage = EngageDeployment.start(directory, PARTITIONS);
    producer = engage.producer();
    engage.submit(ingest, 2, null);
  }

  @AfterEach
  void stop() throws Exception {
    producer.close();
    engage.close();
  }

  @Test
  void eachOrderIsJudgedByTheVersionOfItsTimeThroughASavepointGarbageAndTheEnd() throws Exception {
    paid("acme", "anna", START, 150);
    pass(START + 1);

    // Ten past nine there, so it holds from 09:10:03.
    assertThat(definitions(START + 10 * MINUTE, "apply", big("acme", 100)))
        .containsExactly("acme anomaly BIG: version 1, holds from 2026-01-05T09:10:03Z");
    awaitTaken();
    long first = START + 10 * MINUTE + 3 * SECOND;
    paid("acme", "anna", first - 1, 150);
    paid("acme", "anna", first, 150);
    paid("acme", "bert", first + 1, 100);
    paid("zeta", "zoe", first + 1, 150);
    pass(first + SECOND);
    assertThat(moments("BIG")).containsExactly("anna 2026-01-05T09:10:03Z 100");

    // The next version is known, and orders of both sides of its start wait, when the job stops.
    definitions(now, "apply", big("acme", 200), "--at", "2026-01-05T10:00:00Z");
    awaitTaken();
    long second = START + HOUR;
    paid("acme", "anna", second - 1, 150);
    paid("acme", "anna", second, 150);
    paid("acme", "bert", second, 250);
    settle();
    String savepoint = engage.stopWithSavepoint();
    definitions(now, "apply", big("acme", 300), "--at", "2026-01-05T11:00:00Z");
    engage.submit(ingest, 3, savepoint);
    pass(second + SECOND);
    awaitTaken();
    paid("acme", "anna", second + HOUR - 1, 250);
    paid("acme", "anna", second + HOUR, 250);
    paid("acme", "bert", second + HOUR, 350);
    pass(second + HOUR + SECOND);
    assertThat(moments("BIG"))
        .containsExactly(
            "anna 2026-01-05T09:10:03Z 100",
            "anna 2026-01-05T09:59:59.999Z 100",
            "anna 2026-01-05T10:59:59.999Z 200",
            "bert 2026-01-05T10:00:00Z 200",
            "bert 2026-01-05T11:00:00Z 300");

    // Neither garbage nor what compiles nowhere puts an end to the version before.
    publish("acme|anomaly|BIG", "nonsense");
    publish(
        "acme|anomaly|BIG",
        """
        {"kind":"anomaly","tenant":"acme","id":"BIG","version":9,"effectiveAt":"2026-01-05T09:00:00Z",\
        "definition":{"kind":"anomaly","id":"BIG","pattern":{"steps":[{"a":{"event":"Order Paid",\
        "where":"event.amount > 'x'"}}]}}}""");
    awaitTaken();
    assertThat(definitions(now, "list", "--tenant", "acme"))
        .anyMatch(line -> line.startsWith("acme|anomaly|BIG:1:"));
    paid("acme", "anna", START + 3 * HOUR, 350);
    pass(START + 3 * HOUR + 1);
    assertThat(moments("BIG")).hasSize(6).contains("anna 2026-01-05T12:00:00Z 300");
    engage.await(
        () ->
            engage
                .select("SELECT topic, reason, raw FROM nudge.dead_letters FINAL FORMAT CSV")
                .equals(List.of("\"nudge.campaigns\",\"DEFINITION_REFUSED\",\"nonsense\"")));
    assertThat(engage.read(TopicName.DEAD_LETTERS)).hasSize(1);

    assertThat(definitions(now, "delete", "--tenant", "acme", "--kind", "anomaly", "--id", "BIG"))
        .containsExactly("acme anomaly BIG: deleted");
    awaitTaken();
    paid("acme", "anna", START + 4 * HOUR, 950);
    pass(START + 4 * HOUR + 1);
    assertThat(moments("BIG")).hasSize(6);
    engage.await(
        () ->
            engage
                .select(
                    """
                    SELECT customer_id || ' ' || toString(baseline) AS limit FROM nudge.anomalies FINAL
                    WHERE kind = 'BIG' ORDER BY at""")
                .equals(
                    List.of(
                        "anna 100", "anna 100", "bert 200", "anna 200", "bert 300", "anna 300")));
    assertThat(engage.status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void whatAVersionHasOpenIsDrainedOrDroppedAfterASavepointToo() throws Exception {
    definitions(START, "apply", bought(1), "--at", "2026-01-05T09:00:00Z");
    awaitTaken();
    clicked("anna", START + 50 * MINUTE);
    pass(START + 50 * MINUTE + 1);
    definitions(now, "apply", bought(2), "--at", "2026-01-05T10:00:00Z");
    awaitTaken();
    engage.submit(ingest, 3, engage.stopWithSavepoint());
    clicked("bert", START + HOUR);
    paid("acme", "anna", START + HOUR + MINUTE, 1);
    paid("acme", "bert", START + HOUR + MINUTE, 1);
    // The first version begins nothing new.
    clicked("anna", START + HOUR + 2 * MINUTE);
    paid("acme", "anna", START + HOUR + 3 * MINUTE, 1);
    pass(START + 2 * HOUR);
    assertThat(moments("DRAINED"))
        .containsExactly(
            "anna 2026-01-05T10:01:00Z 1",
            "anna 2026-01-05T10:03:00Z 2",
            "bert 2026-01-05T10:01:00Z 2");
    assertThat(moments("DROPPED"))
        .containsExactly("anna 2026-01-05T10:03:00Z 2", "bert 2026-01-05T10:01:00Z 2");
  }

  /** Two definitions of one pattern, which differ in what becomes of open matches. */
  private Path bought(int version) throws Exception {
    String template =
        """
        kind: anomaly
        tenant: acme
        id: %s
        onChange: %s
        pattern: {steps: [{checkout: {event: Checkout Started}}, {paid: {event: Order Paid}}]}
        baseline: "%d"
        """;
    return Files.writeString(
        directory.resolve("bought.yaml"),
        template.formatted("DRAINED", "DRAIN", version)
            + "---\n"
            + template.formatted("DROPPED", "DROP", version));
  }

  private Path big(String tenant, int limit) throws Exception {
    return Files.writeString(
        directory.resolve("big.yaml"),
        """
        kind: anomaly
        tenant: %s
        id: BIG
        pattern: {steps: [{big: {event: Order Paid, where: "event.amount > %d.0"}}]}
        baseline: "%d"
        """
            .formatted(tenant, limit, limit));
  }

  /** What the command prints, on a deployment whose clock says that. */
  private List<String> definitions(long clock, String verb, Object... arguments) {
    List<String> all = new ArrayList<>(List.of(verb, "--kafka", engage.kafka().bootstrapServers()));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    StringWriter said = new StringWriter();
    new CommandLine(
            new DefinitionsCommand(
                kafka -> new At(new Deployment.OnKafka(kafka), Instant.ofEpochMilli(clock))))
        .setOut(new PrintWriter(said, true))
        .setErr(new PrintWriter(said, true))
        .execute(all.toArray(new String[0]));
    return said.toString().lines().toList();
  }

  /** A deployment whose clock stands still. */
  private record At(Deployment deployment, Instant now) implements Deployment {
    @Override
    public DefinitionPublisher definitions() {
      return deployment.definitions();
    }
  }

  /**
   * Returns when every subtask has taken all that is published: definitions keep their order on the
   * way, so one that is published last, and seen in its effect everywhere, was behind them all.
   */
  private void awaitTaken() throws Exception {
    String kind = "SEEN" + ++seen;
    Path file =
        Files.writeString(
            directory.resolve("seen.yaml"),
            "{kind: anomaly, tenant: acme, id: %s, pattern: {steps: [{probe: {event: Probe}}]}}"
                .formatted(kind));
    assertThat(definitions(now, "apply", file, "--at", "2026-01-01T00:00:00Z")).hasSize(1);
    engage.await(
        () -> {
          for (int probe = 0; probe < PROBES; probe++) {
            clicked("probe-" + probe, "Probe", now + 1);
          }
          sendTime(now + 2);
          Set<String> customers = new TreeSet<>();
          for (Matcher moment : found()) {
            if (moment.group("kind").equals(kind)) {
              customers.add(moment.group("customer"));
            }
          }
          return customers.size() == PROBES;
        });
    settle();
  }

  private void clicked(String customer, long at) {
    clicked(customer, "Checkout Started", at);
  }

  private void clicked(String customer, String event, long at) {
    send(
        TopicName.CLICKSTREAM,
        null,
        """
        {"messageId":"%d","tenant":"acme","customerId":"%s","event":"%s","timestamp":%d}"""
            .formatted(++sent, customer, event, at));
  }

  private void paid(String tenant, String customer, long at, int amount) {
    send(
        TopicName.ORDERS,
        null,
        """
        {"messageId":"%d","tenant":"%s","customerId":"%s","orderId":"o%d","status":"PAID",\
        "timestamp":%d,"currency":"EUR","amount":%d}"""
            .formatted(++sent, tenant, customer, sent, at, amount));
  }

  private void publish(String key, String value) throws Exception {
    send(TopicName.CAMPAIGNS, key.getBytes(UTF_8), value);
    settle();
  }

  private void send(TopicName topic, byte[] key, String record) {
    onTheWay.add(
        producer.send(
            new ProducerRecord<>(engage.topics().nameOf(topic), key, record.getBytes(UTF_8))));
  }

  /** All that was sent stands on its topic. */
  private void settle() throws Exception {
    producer.flush();
    for (Future<RecordMetadata> record : onTheWay) {
      record.get(1, TimeUnit.MINUTES);
    }
    onTheWay.clear();
  }

  /** Time passes, and all that it brings is said. */
  private void pass(long until) throws Exception {
    sendTime(until);
    settle();
    engage.await(() -> engage.lastTimes().stream().allMatch(time -> time >= until - 1));
  }

  private void sendTime(long until) {
    now = until;
    // Each partition keeps its order, and these come behind all events sent so far.
    producer.flush();
    for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
      onTheWay.addAll(engage.sendTime(producer, topic, until));
    }
  }

  /** Moments of a kind, sorted: customer, time, what the version that judged has as baseline. */
  private List<String> moments(String kind) {
    Set<String> moments = new TreeSet<>();
    for (Matcher moment : found()) {
      if (moment.group("kind").equals(kind)) {
        assertThat(moment.group("tenant")).isEqualTo("acme");
        moments.add(
            String.join(
                " ", moment.group("customer"), moment.group("at"), moment.group("baseline")));
      }
    }
    return List.copyOf(moments);
  }

  private List<Matcher> found() {
    List<Matcher> found = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : engage.read(TopicName.MOMENTS)) {
      Matcher moment = MOMENT.matcher(new String(record.value(), UTF_8));
      if (TimeRecord.read(record.value()).isEmpty() && moment.find()) {
        found.add(moment);
      }
    }
    return found;
  }
}
