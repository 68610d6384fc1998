package dev.nudge.measure.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Who took part, by going through all grants of each customer. */
final class ParticipantsOracle {
  private static final long HOUR = 3_600_000L;
  private static final Set<String> TAKES_PART = Set.of("CLICKED", "CLAIMED", "ORDERED");

  private final Map<List<String>, long[]> rows = new HashMap<>();

  /** A first time, and of which grant. */
  private record First(long at, Grant grant) {
    private static final Comparator<First> EARLIEST =
        Comparator.comparingLong(First::at).thenComparing(first -> first.grant.id);
  }

  /** Lines {@code tenant campaign hour attribute=value targeted participants}, sorted. */
  static List<String> lines(MeasureOracle measures) {
    ParticipantsOracle oracle = new ParticipantsOracle();
    measures
        .tenants
        .values()
        .forEach(customers -> customers.values().forEach(each -> oracle.add(each)));
    List<String> lines = new ArrayList<>();
    oracle.rows.forEach((row, counts) -> lines.add(row + " " + counts[0] + " " + counts[1]));
    return lines.stream().sorted().toList();
  }

  private void add(Customer customer) {
    Map<String, First> targeted = new TreeMap<>();
    Map<String, First> took = new TreeMap<>();
    for (Grant grant : customer.grants) {
      if (grant.control) {
        continue;
      }
      keep(targeted, new First(grant.at, grant));
      long primary = grant.definition.windows().get(0);
      customer
          .steps(grant, primary, "any")
          .forEach(
              (step, reached) -> {
                if (TAKES_PART.contains(step)) {
                  keep(took, new First(reached.at(), grant));
                }
              });
    }
    targeted
        .values()
        .forEach(
            sent -> {
              count(customer, sent, sent.at, 0);
              First first = took.get(sent.grant.campaign);
              if (first != null) {
                count(customer, sent, first.at, 1);
              }
            });
  }

  private static void keep(Map<String, First> firsts, First first) {
    firsts.merge(first.grant.campaign, first, (a, b) -> First.EARLIEST.compare(a, b) <= 0 ? a : b);
  }

  /** Alike are customers as of the first decision. */
  private void count(Customer customer, First first, long at, int column) {
    String hour = Instant.ofEpochMilli(Math.floorDiv(at, HOUR) * HOUR).toString();
    List<String> all = List.of(first.grant.tenant, first.grant.campaign, hour, "=");
    rows.computeIfAbsent(all, none -> new long[2])[column]++;
    attributes(customer, first.grant.at)
        .forEach(
            (name, value) -> {
              List<String> row =
                  List.of(first.grant.tenant, first.grant.campaign, hour, name + "=" + value);
              rows.computeIfAbsent(row, none -> new long[2])[column]++;
            });
  }

  /** The newest of each up to an instant. */
  private static Map<String, String> attributes(Customer customer, long atMillis) {
    Map<String, String> attributes = new TreeMap<>();
    Map<String, Long> told = new HashMap<>();
    for (Event event : customer.events) {
      JsonNode said = event.topic == Event.Topic.PROFILES ? event.json.path("attributes") : null;
      if (said == null || event.at > atMillis) {
        continue;
      }
      for (Map.Entry<String, JsonNode> each : said.properties()) {
        // What the policy declares.
        if (each.getKey().equals("city")
            && told.merge(each.getKey(), event.at, Math::max) == event.at) {
          attributes.put(each.getKey(), each.getValue().asText());
        }
      }
    }
    return attributes;
  }
}
