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
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/**
 * The log that is fed to every run: the real orders of a shop, a simulated one with clicks, orders
 * and profiles, what its customers answer to the triggers that a rehearsal sends, and what goes
 * wrong on the way: copies, records out of order within the bound, garbage.
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
   * @param arrivesMillis by which the log is ordered: event time, and what it is late by
   */
  record Arrival(Topic topic, byte[] key, byte[] value, long arrivesMillis) {}

  private final List<DefinitionReader> definitions;
  private final List<Arrival> arrivals;

  private ChaosInput(List<DefinitionReader> definitions, List<Arrival> arrivals) {
    this.definitions = definitions;
    this.arrivals = arrivals;
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
    return new ChaosInput(definitions, onTheirWay(log, new SplittableRandom(seed)));
  }

  private static DefinitionReader definitions(String tenant) throws IOException {
    DefinitionReader reader = DefinitionReader.forPublishing(tenant);
    read(reader, "examples/policy.yaml");
    for (String campaign : CAMPAIGNS) {
      read(reader, "examples/campaigns/" + campaign + ".yaml");
    }
    return reader;
  }

  private static void read(DefinitionReader reader, String resource) throws IOException {
    try (InputStream in = resource(resource)) {
      reader.read(resource, in.readAllBytes());
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

  private static List<Arrival> onTheirWay(List<SimulatedLog.Entry> log, SplittableRandom random) {
    List<Arrival> arrivals = new ArrayList<>();
    for (SimulatedLog.Entry each : log) {
      long at = each.atMillis();
      if (random.nextDouble() < OUT_OF_ORDER) {
        at += random.nextInt(MAX_DISORDER_MILLIS);
      }
      arrivals.add(new Arrival(each.topic(), each.key(), each.value(), at));
      if (random.nextDouble() < COPIED) {
        arrivals.add(new Arrival(each.topic(), each.key(), each.value(), at));
      }
      if (random.nextDouble() < COPIED_LATE) {
        long late = at + random.nextLong(LATE_COPY_MILLIS);
        arrivals.add(new Arrival(each.topic(), each.key(), each.value(), late));
      }
      if (random.nextDouble() < GARBAGE) {
        arrivals.add(new Arrival(each.topic(), each.key(), garbage(each.value(), random), at));
      }
    }
    arrivals.sort(Comparator.comparingLong(Arrival::arrivesMillis));
    return List.copyOf(arrivals);
  }

  /** The begin of a record, as when a connection breaks, or no record at all. */
  private static byte[] garbage(byte[] record, SplittableRandom random) {
    if (random.nextBoolean()) {
      return Arrays.copyOf(record, random.nextInt(record.length));
    }
    byte[] noise = new byte[random.nextInt(200)];
    random.nextBytes(noise);
    return noise;
  }

  /** What is in force before the first record, a reader for each tenant. */
  List<DefinitionReader> definitions() {
    return definitions;
  }

  /** The log, in the order of arrival. */
  List<Arrival> arrivals() {
    return arrivals;
  }
}
