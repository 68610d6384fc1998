package dev.nudge.rehearse;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.OrderStatus;
import java.util.Map;
import java.util.TreeMap;

/**
 * In which currencies a tenant's customers paid: features count one currency only, and whoever
 * rehearses with the wrong one wonders why nobody is meant.
 *
 * <p>Of at most {@value #MAX_TENANTS} tenants and {@value #MAX_CURRENCIES} currencies of each; a
 * further one is not counted.
 */
final class Currencies {
  private static final int MAX_TENANTS = 100;
  private static final int MAX_CURRENCIES = 20;

  private final Map<String, Map<String, Long>> byTenant = new TreeMap<>();

  /** Counts an event, if it is a paid order; null is none. */
  void count(CustomerEvent event) {
    if (event == null || event.order() == null || event.order().status() != OrderStatus.PAID) {
      return;
    }
    if (!byTenant.containsKey(event.tenant()) && byTenant.size() >= MAX_TENANTS) {
      return;
    }
    Map<String, Long> orders = byTenant.computeIfAbsent(event.tenant(), name -> new TreeMap<>());
    if (orders.size() < MAX_CURRENCIES || orders.containsKey(event.order().currency())) {
      orders.merge(event.order().currency(), 1L, Long::sum);
    }
  }

  /** Paid orders by currency, by tenant. */
  Map<String, Map<String, Long>> byTenant() {
    return byTenant;
  }
}
