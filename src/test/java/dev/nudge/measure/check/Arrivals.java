package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The usable records of a folder in an order in which they might arrive: most in time, some within
 * the out-of-orderness, some late by hours, none by a day.
 *
 * <p>All of them are to count, so that funnel and returns are those of the same folder in order. Of
 * what has copies nothing is late: which copy is the first is then no question of luck.
 */
final class Arrivals {
  /** No record is this far behind the newest one before it. */
  static final long LATEST_MILLIS = 23 * 3_600_000L;

  private static final int IN_ORDER_MILLIS = 5_000;
  private static final Map<String, Event.Topic> FILES =
      Map.of(
          "profiles.jsonl", Event.Topic.PROFILES,
          "orders.jsonl", Event.Topic.ORDERS,
          "deliveries.jsonl", Event.Topic.DELIVERIES,
          "clickstream.jsonl", Event.Topic.CLICKSTREAM);

  /**
   * A record that arrives.
   *
   * @param file from which file it is
   * @param at its own time, epoch milliseconds
   */
  record Arrival(String file, long at, String line) {}

  private Arrivals() {}

  /** All records but the unusable and those that only move time. The same seed, the same order. */
  static List<Arrival> of(Path folder, long seed) throws IOException {
    List<Arrival> all = new ArrayList<>();
    Map<String, Integer> copies = new HashMap<>();
    for (String file : FILES.keySet().stream().sorted().toList()) {
      if (!Files.exists(folder.resolve(file))) {
        continue;
      }
      for (String line : Files.readAllLines(folder.resolve(file), UTF_8)) {
        Event event = Event.of(FILES.get(file), line);
        if (event != null && !event.isTimeOnly()) {
          all.add(new Arrival(file, event.at, line));
          copies.merge(message(all.get(all.size() - 1)), 1, Integer::sum);
          copies.merge(payment(all.get(all.size() - 1)), 1, Integer::sum);
        }
      }
    }
    Random random = new Random(seed);
    Map<Arrival, Long> arrivesAt = new HashMap<>();
    for (Arrival each : all) {
      boolean hasCopies = copies.get(message(each)) > 1 || copies.get(payment(each)) > 1;
      int kind = hasCopies ? 0 : random.nextInt(20);
      // Of who a customer was then nothing is corrected.
      boolean inTime = FILES.get(each.file) == Event.Topic.PROFILES || kind < 14;
      long late =
          inTime
              ? 0
              : kind < 17 ? random.nextInt(IN_ORDER_MILLIS) : random.nextInt((int) LATEST_MILLIS);
      arrivesAt.put(each, each.at + late);
    }
    all.sort(Comparator.comparingLong(arrivesAt::get));
    return all;
  }

  /** Of two payments of an order the one that comes first stands, be the other the earlier one. */
  private static String payment(Arrival arrival) {
    Event event = Event.of(FILES.get(arrival.file), arrival.line);
    return "PAID".equals(event.text("status"))
        ? String.join("|", event.text("tenant"), event.text("customerId"), event.text("orderId"))
        : message(arrival) + "|";
  }

  private static String message(Arrival arrival) {
    Event event = Event.of(FILES.get(arrival.file), arrival.line);
    return String.join(
        "|", arrival.file, event.text("tenant"), event.text("customerId"), event.text("messageId"));
  }
}
