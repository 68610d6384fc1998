package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.OnlineRetail;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.detect.AnomalyOracle.Payment;
import dev.nudge.event.Topic;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.Rehearsal;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Some of the shop's customers, with all their orders of a year in three parts, and what both jobs
 * are to write about them: as the lines that a query gives.
 */
final class SomeCustomers {
  private static final Set<String> SUFFIXES = Set.of("33", "77");
  private static final long LOST_MILLIS = Duration.ofDays(90).toMillis();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** 482 of them. */
  private final List<String> orders;

  private final List<String> stageChanges;
  private final List<JsonNode> decisions = new ArrayList<>();
  private final Map<String, List<Payment>> payments;

  /**
   * Rehearses the year.
   *
   * @param definitions in force from the beginning
   * @param directory for the rehearsal's files
   */
  SomeCustomers(DefinitionReader definitions, Path directory)
      throws IOException, InterruptedException, DefinitionException {
    orders = OnlineRetail.orders().stream().filter(SomeCustomers::isOneOfThem).toList();
    stageChanges =
        OnlineRetail.expectedStageChanges().stream().filter(SomeCustomers::isOneOfThem).toList();
    payments =
        OnlineRetail.amounts().stream()
            .filter(each -> SUFFIXES.stream().anyMatch(each.customerId()::endsWith))
            .sorted(Comparator.comparing(Payment::at).thenComparing(Payment::orderId))
            .collect(Collectors.groupingBy(Payment::customerId));
    Path file = Files.write(directory.resolve("orders.jsonl"), orders);
    Path out = directory.resolve("rehearsal");
    new Rehearsal(
            List.of(new InputFile(Topic.ORDERS, file.toString())),
            definitions.policies(),
            definitions.rules(),
            null,
            1,
            out)
        .withoutMeasures()
        .run((done, total) -> {});
    for (String line : Files.readAllLines(out.resolve("decisions.jsonl"), UTF_8)) {
      JsonNode decision = JSON.readTree(line);
      // That is said where a rehearsal's world ends, and nowhere else.
      if (!decision.path("code").asText().equals("OPEN_AT_END")) {
        decisions.add(decision);
      }
    }
  }

  private static boolean isOneOfThem(String line) {
    return SUFFIXES.stream().anyMatch(field(line, "customerId")::endsWith);
  }

  private static String field(String line, String name) {
    int start = line.indexOf("\"" + name + "\":\"") + name.length() + 4;
    return line.substring(start, line.indexOf('"', start));
  }

  /**
   * A third of the orders.
   *
   * @param part 1, 2 or 3
   */
  List<String> orders(int part) {
    int third = orders.size() / 3;
    return orders.subList((part - 1) * third, part == 3 ? orders.size() : part * third);
  }

  /** When the last order of a part came, epoch milliseconds; of part 0 before all. */
  long end(int part) {
    if (part == 0) {
      return 0;
    }
    List<String> all = orders(part);
    return Instant.parse(field(all.get(all.size() - 1), "timestamp")).toEpochMilli();
  }

  private static boolean isBetween(JsonNode decision, long afterMillis, long toMillis) {
    long at = Instant.parse(decision.path("at").asText()).toEpochMilli();
    return at > afterMillis && at <= toMillis;
  }

  /** The rows of {@code stage_changes} as JSON. */
  List<String> stageChanges(long afterMillis, long toMillis) {
    return stageChanges.stream()
        .filter(
            row -> {
              long at = Instant.parse(field(row, "at")).toEpochMilli();
              return at > afterMillis && at <= toMillis;
            })
        .toList();
  }

  /** What was decided for a campaign: customer, instant, code, grant. */
  List<String> decisions(String campaign, long afterMillis, long toMillis) {
    return of(campaign)
        .filter(each -> isBetween(each, afterMillis, toMillis))
        .map(
            each ->
                String.join(
                    " ",
                    each.path("customerId").asText(),
                    Long.toString(Instant.parse(each.path("at").asText()).toEpochMilli()),
                    each.path("code").asText(),
                    each.path("grantId").asText()))
        .toList();
  }

  private Stream<JsonNode> of(String campaign) {
    return decisions.stream().filter(each -> each.path("campaign").asText().equals(campaign));
  }

  /** Whom a campaign put off before an instant, and decided about after it. */
  List<String> putOffBeyond(String campaign, long atMillis) {
    Set<String> before =
        of(campaign)
            .filter(each -> isBetween(each, 0, atMillis))
            .filter(each -> each.path("code").asText().equals("DEFERRED"))
            .map(each -> each.path("moment").asText())
            .collect(Collectors.toSet());
    return of(campaign)
        .filter(each -> isBetween(each, atMillis, Long.MAX_VALUE))
        .filter(each -> before.contains(each.path("moment").asText()))
        .map(each -> each.path("customerId").asText())
        .toList();
  }

  /**
   * Of the customers who were sent something, who paid within a window: the grant, and the instant
   * of the first payment, which lies between the two given.
   */
  List<String> paidGrants(String campaign, Duration window, long afterMillis, long toMillis) {
    List<String> paid = new ArrayList<>();
    of(campaign)
        .filter(each -> each.path("code").asText().equals("SENT"))
        .forEach(
            each -> {
              long sent = Instant.parse(each.path("at").asText()).toEpochMilli();
              payments.get(each.path("customerId").asText()).stream()
                  .mapToLong(payment -> payment.at().toEpochMilli())
                  .filter(at -> at >= sent && at < sent + window.toMillis())
                  .min()
                  .ifPresent(
                      at -> {
                        if (at > afterMillis && at <= toMillis) {
                          paid.add(each.path("grantId").asText() + " " + at);
                        }
                      });
            });
    return paid;
  }

  /**
   * The hours that begin between two instants: when, whose orders, how many, for how much in
   * ten-thousandths, of how many customers. NEW is who had not paid for ninety days.
   */
  List<String> hours(long afterMillis, long toMillis) {
    Map<String, long[]> sums = new TreeMap<>();
    Map<String, Set<String>> customers = new TreeMap<>();
    payments.forEach(
        (customer, all) -> {
          for (int i = 0; i < all.size(); i++) {
            Payment payment = all.get(i);
            long at = payment.at().toEpochMilli();
            long hour = payment.at().truncatedTo(ChronoUnit.HOURS).toEpochMilli();
            if (hour <= afterMillis || at > toMillis) {
              continue;
            }
            boolean old = i > 0 && at - all.get(i - 1).at().toEpochMilli() <= LOST_MILLIS;
            for (String segment : List.of("TOTAL", old ? "OLD" : "NEW")) {
              String key = hour + " " + segment;
              long[] sum = sums.computeIfAbsent(key, none -> new long[2]);
              sum[0]++;
              sum[1] += units(payment.amount());
              customers.computeIfAbsent(key, none -> new HashSet<>()).add(customer);
            }
          }
        });
    return sums.entrySet().stream()
        .map(
            each ->
                "%s %d %d %d"
                    .formatted(
                        each.getKey(),
                        each.getValue()[0],
                        each.getValue()[1],
                        customers.get(each.getKey()).size()))
        .toList();
  }

  private static long units(BigDecimal amount) {
    return amount.movePointRight(4).longValueExact();
  }
}
