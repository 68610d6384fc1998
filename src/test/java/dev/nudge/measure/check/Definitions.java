package dev.nudge.measure.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What policies and campaigns say about measures, read from their YAML with nothing of the code
 * under test.
 */
final class Definitions {
  static final long DAY = 86_400_000L;

  /** What is paid for, and at which price; of CPS the share. */
  record Cost(String model, BigDecimal price) {
    static final Cost FREE = new Cost("PER_SEND", BigDecimal.ZERO);
  }

  /** A tenant's policy; without a currency, {@code null}. */
  record Policy(String currency, Map<String, Cost> channels) {
    static final Policy NONE = new Policy(null, Map.of());

    /** In which costs are told. */
    String costCurrency() {
      return currency == null ? "" : currency;
    }

    /** In whose rows an amount stands. */
    String rowCurrency(String ofAmount) {
      return currency == null ? "" : ofAmount;
    }
  }

  /**
   * A version of a campaign.
   *
   * @param resourceKind null without a resource
   * @param from null if it always ran
   * @param to null if it never ends
   * @param control a fraction
   * @param variants fractions of those who are sent something, in declared order
   * @param metric of its experiment; null without one
   */
  record Campaign(
      int priority,
      List<String> channels,
      String goal,
      List<Long> windows,
      Cost cost,
      Long from,
      Long to,
      String resourceKind,
      String resourceType,
      boolean mustBeClaimed,
      BigDecimal control,
      Map<String, BigDecimal> variants,
      String metric,
      String then) {

    /** What a decision of a campaign nobody defined stands on. */
    static Campaign unknown(String variant) {
      return new Campaign(
          50,
          List.of(),
          "Order Paid",
          List.of(3 * DAY),
          Cost.FREE,
          null,
          null,
          null,
          null,
          false,
          BigDecimal.ZERO,
          Map.of(variant, BigDecimal.ONE),
          null,
          null);
    }

    long longestWindow() {
      return windows.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    /** The share of customers that an arm is to have. */
    BigDecimal share(String arm) {
      if (arm.equals("CONTROL")) {
        return control;
      }
      return BigDecimal.ONE.subtract(control).multiply(variants.getOrDefault(arm, BigDecimal.ZERO));
    }
  }

  private final Map<String, Policy> policies = new HashMap<>();
  private final Map<String, NavigableMap<Integer, Campaign>> campaigns = new HashMap<>();

  /**
   * Reads {@code definitions/*.yaml}, which are version 1, and {@code versions/N/*.yaml} if there
   * are any.
   */
  static Definitions of(Path folder) throws IOException {
    Definitions all = new Definitions();
    all.readFolder(folder.resolve("definitions"), 1);
    Path versions = folder.resolve("versions");
    if (Files.exists(versions)) {
      try (Stream<Path> numbers = Files.list(versions)) {
        for (Path number : numbers.sorted().toList()) {
          all.readFolder(number, Integer.parseInt(number.getFileName().toString()));
        }
      }
    }
    return all;
  }

  private void readFolder(Path folder, int version) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.filter(Files::isRegularFile).sorted().forEach(file -> read(text(file), version));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the documents of a text as one version of each. */
  void read(String yaml, int version) {
    for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
      Map<String, Object> document = map(each);
      String tenant = text(document, "tenant", "");
      if ("policy".equals(document.get("kind"))) {
        policies.put(tenant, policy(document));
      } else if ("campaign".equals(document.get("kind"))) {
        campaigns
            .computeIfAbsent(key(tenant, text(document, "id", null)), none -> new TreeMap<>())
            .put(version, campaign(document));
      }
    }
  }

  private static String key(String tenant, String id) {
    return tenant.length() + tenant + id;
  }

  Policy policy(String tenant) {
    Policy own = policies.get(tenant);
    return own != null ? own : policies.getOrDefault("", Policy.NONE);
  }

  /** That version, else the next lower one, else the next higher one, else the defaults. */
  Campaign campaign(String tenant, String id, int version, String variant) {
    NavigableMap<Integer, Campaign> own = campaigns.get(key(tenant, id));
    NavigableMap<Integer, Campaign> known = own != null ? own : campaigns.get(key("", id));
    if (known == null) {
      return Campaign.unknown(variant);
    }
    Map.Entry<Integer, Campaign> nearest = known.floorEntry(version);
    return (nearest != null ? nearest : known.firstEntry()).getValue();
  }

  private static Policy policy(Map<String, Object> yaml) {
    Map<String, Cost> channels = new HashMap<>();
    map(yaml.get("channels"))
        .forEach((name, channel) -> channels.put(name, cost(map(channel).get("cost"))));
    return new Policy(text(yaml, "currency", null), channels);
  }

  private static Campaign campaign(Map<String, Object> yaml) {
    Map<String, Object> conversion = map(yaml.get("conversion"));
    List<Long> windows = new ArrayList<>();
    for (Object window : list(conversion.get("windows"))) {
      windows.add(duration(window.toString()));
    }
    Map<String, Object> active = map(yaml.get("active"));
    Map<String, Object> resource = map(yaml.get("resource"));
    Map<String, BigDecimal> variants = new LinkedHashMap<>();
    List<Object> declared = list(yaml.get("variants"));
    for (Object each : declared) {
      Map<String, Object> variant = map(each);
      Object weight = variant.get("weight");
      variants.put(text(variant, "id", null), weight == null ? BigDecimal.ONE : percent(weight));
    }
    Map<String, Object> experiment = map(yaml.get("experiment"));
    return new Campaign(
        Integer.parseInt(text(yaml, "priority", "50")),
        list(yaml.get("channels")).stream().map(String::valueOf).toList(),
        text(conversion, "goal", "Order Paid"),
        windows.isEmpty() ? List.of(3 * DAY) : windows,
        cost(yaml.get("cost")),
        instant(active.get("from")),
        instant(active.get("to")),
        text(resource, "kind", null),
        text(resource, "type", null),
        resource.get("claim") instanceof Map<?, ?>,
        percent(text(yaml, "control", "0")),
        variants.isEmpty() ? Map.of("A", BigDecimal.ONE) : variants,
        experiment.isEmpty() ? null : text(experiment, "metric", "paidRate"),
        experiment.isEmpty() ? null : text(experiment, "then", "WINNER"));
  }

  private static BigDecimal percent(Object number) {
    return new BigDecimal(number.toString()).movePointLeft(2);
  }

  private static Cost cost(Object yaml) {
    Map<String, Object> cost = map(yaml);
    return cost.isEmpty()
        ? Cost.FREE
        : new Cost(text(cost, "model", null), new BigDecimal(text(cost, "price", null)));
  }

  private static Long instant(Object text) {
    return text == null ? null : OffsetDateTime.parse(text.toString()).toInstant().toEpochMilli();
  }

  private static long duration(String text) {
    int split = 0;
    while (Character.isDigit(text.charAt(split))) {
      split++;
    }
    long number = Long.parseLong(text.substring(0, split));
    return number
        * switch (text.substring(split).strip()) {
          case "ms" -> 1L;
          case "s" -> 1_000L;
          case "min" -> 60_000L;
          case "h" -> 3_600_000L;
          case "day", "days" -> DAY;
          default -> throw new IllegalArgumentException("no duration: " + text);
        };
  }

  private static String text(Map<String, Object> yaml, String name, String absent) {
    Object value = yaml.get(name);
    return value == null ? absent : value.toString();
  }

  private static List<Object> list(Object yaml) {
    List<Object> items = new ArrayList<>();
    if (yaml instanceof List<?> many) {
      items.addAll(many);
    } else if (yaml != null) {
      items.add(yaml);
    }
    return items;
  }

  private static Map<String, Object> map(Object yaml) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (yaml instanceof Map<?, ?> any) {
      any.forEach((name, value) -> fields.put(String.valueOf(name), value));
    }
    return fields;
  }
}
