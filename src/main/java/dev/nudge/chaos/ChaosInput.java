package dev.nudge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleSource;
import dev.nudge.event.Topic;
import dev.nudge.local.SimulatedLog;
import dev.nudge.local.SimulationConfig;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.Rehearsal;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/**
 * The log that is fed to every run: the real orders of a shop, a simulated one with clicks, orders
 * and profiles, and what its customers answer to the triggers that a rehearsal sends. What goes
 * wrong on the way, copies, records out of order within the bound and garbage, differs by seed.
 *
 * <p>The answers stand in the log before any run begins, since triggers have the same ids in every
 * run. Campaigns with an experiment are left out: when a winner comes back is not a matter of event
 * time.
 */
final class ChaosInput {
  /** The tenant of the real orders. */
  private static final String REAL = "online-retail";

  private static final String ORDERS = "sample/online-retail-orders.jsonl.gz";

  /** Orders before that are left out, for time that goes by costs time. */
  private static final Instant FIRST = Instant.parse("2011-11-20T00:00:00Z");

  private static final Instant OPENS = Instant.parse("2011-12-09T06:00:00Z");
  private static final Instant CLOSES = Instant.parse("2011-12-09T12:00:00Z");

  /** Up to when all that counts has happened. */
  static final Instant END = Instant.parse("2011-12-09T13:00:00Z");

  private static final double VISITS_PER_MINUTE = 15;

  private static final List<String> CAMPAIGNS =
      List.of(
          "birthday",
          "browse-no-buy",
          "cart-rescue",
          "first-order-gift",
          "member-exclusive",
          "not-clicked-then-sms",
          "order-unpaid",
          "replenishment",
          "sleep-line",
          "spend-spike-vip",
          "store-a-queue",
          "win-back-loyal",
          "win-back-occasional");

  /** A campaign that is to reach more than it can, so that there are targets and alerts. */
  private static final String WITH_TARGETS = "cart-rescue";

  private static final String TARGETS =
      """

      active: {from: 2011-12-09T06:00:00Z, to: 2011-12-09T12:30:00Z}
      targets: {paid: 300, revenue: 30000}
      """;

  /** A record is up to so late, less than the bound of five seconds. */
  private static final int MAX_DISORDER_MILLIS = 4_000;

  private static final double OUT_OF_ORDER = 0.1;
  private static final double COPIED = 0.03;
  private static final double COPIED_LATE = 0.01;
  private static final double GARBAGE = 0.005;
  private static final long LATE_COPY_MILLIS = Duration.ofMinutes(30).toMillis();

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A record on its way.
   *
   * @param value the record, or null for a tombstone
   * @param arrivesMillis by which the log is ordered: event time, and what it is late by
   */
  record Arrival(Topic topic, byte[] key, byte[] value, long arrivesMillis) {}

  /**
   * What is written in a run.
   *
   * @param arrivals all of it, in the order of arrival
   * @param copies how many of them were there before
   * @param lateCopies how many of those come when all others of their time are over
   * @param outOfOrder how many come after others that happened later
   * @param garbage those that nobody can use
   */
  record Log(
      List<Arrival> arrivals, int copies, int lateCopies, int outOfOrder, List<Garbage> garbage) {
    @Override
    public String toString() {
      return "%,d records, %,d of them out of order, %,d copies, %,d of them late, %,d of no use"
          .formatted(arrivals.size(), outOfOrder, copies, lateCopies, garbage.size());
    }
  }

  private final List<DefinitionReader> definitions;

  /** What happened, in the order of time, each once. */
  private final List<SimulatedLog.Entry> log;

  private ChaosInput(List<DefinitionReader> definitions, List<SimulatedLog.Entry> log) {
    this.definitions = definitions;
    this.log = List.copyOf(log);
  }

  /**
   * Makes the log; the same seed makes the same.
   *
   * @param directory for the rehearsal's files
   */
  static ChaosInput of(long seed, Path directory)
      throws IOException, InterruptedException, DefinitionException {
    List<DefinitionReader> definitions =
        List.of(definitions(REAL), definitions(SimulatedLog.TENANT));
    SimulationConfig simulation =
        SimulationConfig.of("CNY").withSeed(seed).withVisitsPerMinute(VISITS_PER_MINUTE);
    List<SimulatedLog.Entry> log = new ArrayList<>(realOrders());
    log.addAll(SimulatedLog.of(simulation, OPENS, CLOSES));
    log.removeIf(each -> each.atMillis() < FIRST.toEpochMilli());
    List<byte[]> triggers = triggers(log, definitions, directory);
    log.addAll(SimulatedLog.answers(simulation, triggers));
    log.removeIf(each -> each.atMillis() >= END.toEpochMilli());
    log.sort(Comparator.comparingLong(SimulatedLog.Entry::atMillis));
    return new ChaosInput(definitions, log);
  }

  private static DefinitionReader definitions(String tenant) throws IOException {
    DefinitionReader reader = DefinitionReader.forPublishing(tenant);
    read(reader, "examples/policy.yaml", "");
    for (String campaign : CAMPAIGNS) {
      String more = campaign.equals(WITH_TARGETS) ? TARGETS : "";
      read(reader, "examples/campaigns/" + campaign + ".yaml", more);
    }
    return reader;
  }

  private static void read(DefinitionReader reader, String resource, String more)
      throws IOException {
    try (InputStream in = resource(resource)) {
      String text = new String(in.readAllBytes(), UTF_8) + more;
      reader.read(resource, text.getBytes(UTF_8));
    }
  }

  private static InputStream resource(String name) throws FileNotFoundException {
    InputStream in = ChaosInput.class.getClassLoader().getResourceAsStream(name);
    if (in == null) {
      throw new FileNotFoundException("resource " + name);
    }
    return in;
  }

  private static List<SimulatedLog.Entry> realOrders() throws IOException {
    List<SimulatedLog.Entry> orders = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(new GZIPInputStream(resource(ORDERS)), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode order = JSON.readTree(line);
        String key = order.get("tenant").asText() + "|" + order.get("customerId").asText();
        long at = Instant.parse(order.get("timestamp").asText()).toEpochMilli();
        orders.add(
            new SimulatedLog.Entry(Topic.ORDERS, key.getBytes(UTF_8), line.getBytes(UTF_8), at));
      }
    }
    return orders;
  }

  /** What a rehearsal of the log sends. */
  private static List<byte[]> triggers(
      List<SimulatedLog.Entry> log, List<DefinitionReader> definitions, Path directory)
      throws IOException, InterruptedException, DefinitionException {
    Files.createDirectories(directory);
    Map<Topic, StringBuilder> files = new EnumMap<>(Topic.class);
    log.stream()
        .sorted(Comparator.comparingLong(SimulatedLog.Entry::atMillis))
        .forEach(
            each ->
                files
                    .computeIfAbsent(each.topic(), none -> new StringBuilder())
                    .append(new String(each.value(), UTF_8))
                    .append('\n'));
    List<InputFile> inputs = new ArrayList<>();
    for (Map.Entry<Topic, StringBuilder> each : files.entrySet()) {
      Path file = directory.resolve(each.getKey().plainName() + ".jsonl");
      Files.writeString(file, each.getValue());
      inputs.add(new InputFile(each.getKey(), file.toString()));
    }
    Path out = directory.resolve("rehearsal");
    List<Policy> policies = new ArrayList<>();
    List<RuleSource> rules = new ArrayList<>();
    for (DefinitionReader each : definitions) {
      policies.addAll(each.policies());
      rules.addAll(each.rules());
    }
    new Rehearsal(inputs, policies, rules, END, 2, out).withoutMeasures().run((done, total) -> {});
    return Files.readAllLines(out.resolve("triggers.jsonl"), UTF_8).stream()
        .map(line -> line.getBytes(UTF_8))
        .toList();
  }

  /** The log as it happened: nothing twice, nothing late, nothing of no use. */
  Log clean() {
    List<Arrival> arrivals =
        log.stream()
            .map(each -> new Arrival(each.topic(), each.key(), each.value(), each.atMillis()))
            .toList();
    return new Log(arrivals, 0, 0, 0, List.of());
  }

  /** The log with what goes wrong on the way; the same seed makes the same. */
  Log disturbed(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Arrival> arrivals = new ArrayList<>();
    List<Garbage> garbage = new ArrayList<>();
    int outOfOrder = 0;
    int copies = 0;
    int lateCopies = 0;
    for (SimulatedLog.Entry each : log) {
      long at = each.atMillis();
      if (random.nextDouble() < OUT_OF_ORDER) {
        at += random.nextInt(1, MAX_DISORDER_MILLIS);
        outOfOrder++;
      }
      arrivals.add(new Arrival(each.topic(), each.key(), each.value(), at));
      if (random.nextDouble() < COPIED) {
        arrivals.add(new Arrival(each.topic(), each.key(), each.value(), at));
        copies++;
      }
      if (random.nextDouble() < COPIED_LATE) {
        long late = at + random.nextLong(LATE_COPY_MILLIS);
        arrivals.add(new Arrival(each.topic(), each.key(), each.value(), late));
        copies++;
        lateCopies++;
      }
      if (random.nextDouble() < GARBAGE) {
        Garbage one = Garbage.of(each.topic(), each.value(), random);
        arrivals.add(new Arrival(each.topic(), each.key(), one.value(), at));
        garbage.add(one);
      }
    }
    arrivals.sort(Comparator.comparingLong(Arrival::arrivesMillis));
    return new Log(List.copyOf(arrivals), copies, lateCopies, outOfOrder, List.copyOf(garbage));
  }

  /** What is in force before the first record, a reader for each tenant. */
  List<DefinitionReader> definitions() {
    return definitions;
  }
}
