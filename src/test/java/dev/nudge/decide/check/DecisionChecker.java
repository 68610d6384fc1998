package dev.nudge.decide.check;

import static dev.nudge.decide.check.Candidate.millis;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reads what a rehearsal was given and what it wrote, and says every sentence of section 7 that its
 * rows break. It knows the files and the contract, and no class of the code under test.
 *
 * <p>A folder of input has {@code definitions/<tenant>.yaml}, {@code orders.jsonl}, {@code
 * clickstream.jsonl}, {@code profiles.jsonl} and, or not, {@code deliveries.jsonl}; one of output
 * has {@code moments.jsonl}, {@code decisions.jsonl} and {@code triggers.jsonl}.
 */
final class DecisionChecker {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** More are counted, but not told. */
  private static final int MAX_TOLD = 200;

  /** Beyond this many standard deviations a share is no chance: once in 300,000. */
  private static final double MAX_DEVIATIONS = 4.7;

  private final Path in;
  private final Path out;
  private final long until;
  final List<Violation> violations = new ArrayList<>();
  final Map<String, Long> codes = new TreeMap<>();
  private final Map<String, Integer> broken = new TreeMap<>();
  private final Share control = new Share("control");
  private final Share global = new Share("globalControl");
  private long cancelledAtEvent;
  private long cancelledAtDecision;
  long rows;
  long open;

  /** How many of those who might be held back were, and how many should have been. */
  private static final class Share {
    final String name;
    double expected;
    double variance;
    long found;

    Share(String name) {
      this.name = name;
    }

    void add(boolean isHeldBack, long basisPoints) {
      double share = basisPoints / 10_000.0;
      expected += share;
      variance += share * (1 - share);
      found += isHeldBack ? 1 : 0;
    }
  }

  private DecisionChecker(Path in, Path out, long until) {
    this.in = in;
    this.out = out;
    this.until = until;
  }

  /** Checks all tenants. */
  static DecisionChecker check(Path in, Path out, long until) throws IOException {
    DecisionChecker checker = new DecisionChecker(in, out, until);
    checker.order("decisions.jsonl", "at");
    checker.order("triggers.jsonl", "notBefore");
    checker.eachShop(
        shop -> {
          checker.check(shop);
          return null;
        });
    checker.shares();
    return checker;
  }

  /** Writes the rows and triggers that would be right, where there are only moments. */
  static void write(Path in, Path out, long until) throws IOException {
    DecisionChecker checker = new DecisionChecker(in, out, until);
    List<ObjectNode> rows = new ArrayList<>();
    List<ObjectNode> triggers = new ArrayList<>();
    checker.eachShop(
        shop -> {
          shop.decisions.clear();
          shop.triggers.clear();
          Replay replay = Replay.write(shop);
          rows.addAll(replay.rows);
          triggers.addAll(replay.sent);
          return null;
        });
    Files.write(out.resolve("decisions.jsonl"), sorted(rows, "at"), UTF_8);
    Files.write(out.resolve("triggers.jsonl"), sorted(triggers, "notBefore"), UTF_8);
  }

  private static List<String> sorted(List<ObjectNode> nodes, String time) {
    return nodes.stream()
        .map(node -> sortKey(node, time) + '\u0001' + node)
        .sorted()
        .map(line -> line.substring(line.indexOf('\u0001') + 1))
        .toList();
  }

  private static String sortKey(JsonNode node, String time) {
    return "%015d\u0000%s\u0000%s"
        .formatted(
            millis(node.get(time)), node.get("tenant").asText(), node.get("customerId").asText());
  }

  private void check(Shop shop) {
    Replay replay = Replay.check(shop, this::violate);
    Invariants.check(shop, this::violate);
    cancelledAtEvent += replay.cancelledAtEvent;
    cancelledAtDecision += replay.cancelledAtDecision;
    open += replay.open;
    Set<String> ids = new HashSet<>();
    Map<String, JsonNode> firstOfCampaign = new TreeMap<>();
    Map<String, Boolean> firstOfCustomer = new TreeMap<>();
    for (JsonNode row : shop.decisions) {
      String code = row.get("code").asText();
      rows++;
      codes.merge(code, 1L, Long::sum);
      if (!ids.add(row.path("id").asText())) {
        violate(
            new Violation(
                shop.tenant,
                row.get("customerId").asText(),
                row.get("campaign").asText(),
                row.path("id").asText(),
                "a row's id is its own",
                "twice"));
      }
      Facts.Campaign campaign = shop.campaigns.get(row.get("campaign").asText());
      boolean isGrant = code.equals("SENT") || code.equals("CONTROL");
      if (isGrant) {
        firstOfCampaign.putIfAbsent(campaign.id + "|" + row.get("customerId").asText(), row);
      }
      if (code.equals("GLOBAL_CONTROL") || (isGrant && !campaign.service)) {
        firstOfCustomer.putIfAbsent(row.get("customerId").asText(), code.equals("GLOBAL_CONTROL"));
      }
    }
    firstOfCampaign
        .values()
        .forEach(
            row ->
                control.add(
                    row.get("code").asText().equals("CONTROL"),
                    shop.campaigns.get(row.get("campaign").asText()).control));
    firstOfCustomer.values().forEach(held -> global.add(held, shop.policy.globalControl));
  }

  private void shares() {
    for (Share each : List.of(control, global)) {
      double off = Math.abs(each.found - each.expected);
      if (off > MAX_DEVIATIONS * Math.sqrt(each.variance) + 1) {
        violate(
            new Violation(
                "all",
                "",
                "",
                each.name,
                "control shares within binomial bounds",
                "%d, expected %.1f".formatted(each.found, each.expected)));
      }
    }
    if (cancelledAtEvent > 0 && cancelledAtDecision > 0) {
      violate(
          new Violation(
              "all",
              "",
              "",
              "",
              "CANCELLED stands at its event, or at the decision, and not now here, now there",
              cancelledAtEvent + " and " + cancelledAtDecision));
    }
  }

  private void violate(Violation violation) {
    broken.merge(violation.sentence(), 1, Integer::sum);
    if (violations.size() < MAX_TOLD) {
      violations.add(violation);
    }
  }

  /** Sentences and how often each is broken. */
  Map<String, Integer> broken() {
    return broken;
  }

  /** "Output is sorted by (time, tenant, customer, whole line)". */
  private void order(String name, String time) throws IOException {
    String before = "";
    try (BufferedReader lines = Files.newBufferedReader(out.resolve(name), UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String key = sortKey(JSON.readTree(line), time) + '\u0001' + line;
        if (key.compareTo(before) < 0) {
          violate(
              new Violation(
                  "all", "", "", name, "output is sorted by (time, tenant, customer, line)", line));
        }
        before = key;
      }
    }
  }

  private void eachShop(Function<Shop, Void> visitor) throws IOException {
    boolean hasDeliveries = Files.exists(in.resolve("deliveries.jsonl"));
    Map<String, List<String>> profiles = byTenant(in.resolve("profiles.jsonl"));
    Map<String, List<String>> orders = byTenant(in.resolve("orders.jsonl"));
    Map<String, List<String>> clicks = byTenant(in.resolve("clickstream.jsonl"));
    Map<String, List<String>> deliveries = byTenant(in.resolve("deliveries.jsonl"));
    Map<String, List<String>> moments = byTenant(out.resolve("moments.jsonl"));
    Map<String, List<String>> decisions = byTenant(out.resolve("decisions.jsonl"));
    Map<String, List<String>> triggers = byTenant(out.resolve("triggers.jsonl"));
    List<Path> definitions;
    try (Stream<Path> files = Files.list(in.resolve("definitions"))) {
      definitions = files.sorted().toList();
    }
    for (Path file : definitions) {
      String tenant = file.getFileName().toString().replace(".yaml", "");
      Shop shop = new Shop(tenant);
      shop.define(Files.readString(file));
      shop.hasDeliveries = hasDeliveries;
      shop.until = until;
      fill(shop.profiles, profiles.remove(tenant));
      fill(shop.orders, orders.remove(tenant));
      fill(shop.clicks, clicks.remove(tenant));
      fill(shop.deliveries, deliveries.remove(tenant));
      fill(shop.moments, moments.remove(tenant));
      fill(shop.decisions, decisions.remove(tenant));
      fill(shop.triggers, triggers.remove(tenant));
      visitor.apply(shop);
    }
    Consumer<String> stranger =
        tenant ->
            violate(new Violation(tenant, "", "", "", "a row is of a tenant that there is", ""));
    decisions.keySet().forEach(stranger);
    triggers.keySet().forEach(stranger);
  }

  private static void fill(List<JsonNode> nodes, List<String> lines) throws IOException {
    if (lines != null) {
      for (String line : lines) {
        nodes.add(JSON.readTree(line));
      }
    }
  }

  private static Map<String, List<String>> byTenant(Path file) throws IOException {
    Map<String, List<String>> lines = new HashMap<>();
    if (Files.exists(file)) {
      try (BufferedReader reader = Files.newBufferedReader(file, UTF_8)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          int from = line.indexOf("\"tenant\":\"") + 10;
          String tenant = line.substring(from, line.indexOf('"', from));
          lines.computeIfAbsent(tenant, unknown -> new ArrayList<>()).add(line);
        }
      }
    }
    return lines;
  }
}
