package dev.nudge.local;

import dev.nudge.event.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What happens in the simulated shop between two instants, all at once instead of by the clock: for
 * whoever wants the same log again and again.
 *
 * <p>Example: the shop opens at 6:00 and closes at 12:00; its log has the orders of the hundred
 * days before, everybody's profile at 6:00, and visits of six hours.
 */
public final class SimulatedLog {
  /** The shop's tenant. */
  public static final String TENANT = SimulatedShop.TENANT;

  /**
   * One record.
   *
   * @param topic its kind
   * @param key the record's key, by which it finds its partition
   * @param value the record, JSON
   * @param atMillis when it happens, epoch milliseconds
   */
  public record Entry(Topic topic, byte[] key, byte[] value, long atMillis) {}

  private SimulatedLog() {}

  /** Past, profiles and visits, in the order of time; visits that begin before the shop closes. */
  public static List<Entry> of(SimulationConfig config, Instant opens, Instant closes) {
    SimulatedShop shop = new SimulatedShop(config);
    List<SimulatedEvent> events = new ArrayList<>(shop.past(opens.toEpochMilli()));
    events.addAll(shop.profiles(opens.toEpochMilli()));
    LongStream.range(opens.getEpochSecond(), closes.getEpochSecond())
        .forEach(second -> events.addAll(shop.visitsStarting(second)));
    return entries(events);
  }

  /**
   * What customers and gateways answer to triggers, in the order of time.
   *
   * @param triggers as they stand in their topic, JSON
   */
  public static List<Entry> answers(SimulationConfig config, List<byte[]> triggers) {
    SimulatedCustomer customer = new SimulatedCustomer(config);
    List<SimulatedEvent> events = new ArrayList<>();
    triggers.forEach(trigger -> events.addAll(customer.answer(SimulatedTrigger.read(trigger))));
    return entries(events);
  }

  private static List<Entry> entries(List<SimulatedEvent> events) {
    return events.stream()
        .sorted(SimulatedEvent.ORDER)
        .map(
            each ->
                new Entry(each.topic(), each.key(), each.value(each.atMillis()), each.atMillis()))
        .sorted(Comparator.comparingLong(Entry::atMillis))
        .toList();
  }
}
