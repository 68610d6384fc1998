package dev.nudge.detect;

import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import java.util.List;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;

/** Reads the customer, applies the instant, writes the customer, says what changed. */
public final class DetectFunction implements CustomerFunction<PolicyVersion, Moment> {
  /** The tenant whose policy holds for whoever has none of their own: a rehearsal's. */
  static final String EVERY_TENANT = "";

  private transient CustomerContext<Moment> context;

  // Cleared when the customer is erased; see Customer for what bounds it.
  private transient ValueState<Customer> customers;
  // By tenant; a version goes when the next one is in force.
  private transient BroadcastState<String, PolicyHistory> policies;

  @Override
  public void open(CustomerContext<Moment> lent) throws Exception {
    context = lent;
    customers = lent.keyedState(new ValueStateDescriptor<>("customer", Customer.class));
    policies =
        lent.definitions(new MapStateDescriptor<>("policies", String.class, PolicyHistory.class));
  }

  @Override
  public void onDefinition(PolicyVersion arrived) throws Exception {
    String tenant = arrived.tenant() == null ? EVERY_TENANT : arrived.tenant();
    PolicyHistory known = policies.get(tenant);
    PolicyHistory next =
        (known == null ? PolicyHistory.none() : known).with(arrived, context.watermarkMillis());
    if (next.isOver()) {
      policies.remove(tenant);
    } else {
      policies.put(tenant, next);
    }
  }

  @Override
  public void onInstant(CustomerKey key, long atMillis, List<CustomerEvent> events)
      throws Exception {
    Customer known = customers.value();
    if (known == null && events.isEmpty()) {
      return;
    }
    Customer customer = known == null ? Customer.unknown() : known;
    Policy policy = policyOf(key.tenant(), atMillis);
    for (CustomerEvent event : events) {
      Customer next = apply(event, customer, policy);
      tell(key, customer, next, atMillis);
      customer = next;
    }
    while (customer.lifecycle().dueMillis() <= atMillis) {
      Customer next = customer.silentUntil(atMillis);
      tell(key, customer, next, atMillis);
      customer = next;
    }
    keep(customer, atMillis);
  }

  private static Customer apply(CustomerEvent event, Customer customer, Policy policy) {
    if (event.click() != null) {
      return customer.clicked(event.click(), event.atMillis(), policy);
    } else if (event.order() != null) {
      return customer.ordered(event.order(), event.atMillis(), policy);
    } else if (event.profile() != null) {
      return event.profile().erased() ? Customer.unknown() : customer.told(event.profile());
    } else {
      return customer;
    }
  }

  private void tell(CustomerKey key, Customer before, Customer after, long atMillis) {
    StageChange change = after.stageChangeSince(before, key.tenant(), key.customerId(), atMillis);
    if (change != null && change.to() != null) {
      context.emit(Moment.of(change, after.features(atMillis)));
    }
  }

  private void keep(Customer customer, long atMillis) throws Exception {
    if (customer.inputs() == 0) {
      customers.clear();
      return;
    }
    long wakeAt = customer.wakeAtMillis() <= atMillis ? Lifecycle.NEVER : customer.wakeAtMillis();
    long due = customer.lifecycle().dueMillis();
    if (due < wakeAt) {
      context.wakeAt(due);
      wakeAt = due;
    }
    customers.update(customer.wakingAt(wakeAt));
  }

  private Policy policyOf(String tenant, long atMillis) throws Exception {
    PolicyHistory own = policies.get(tenant);
    Policy policy = own == null ? null : own.at(atMillis);
    if (policy == null && policies.get(EVERY_TENANT) != null) {
      policy = policies.get(EVERY_TENANT).at(atMillis);
    }
    return policy == null ? Policy.DEFAULT : policy;
  }
}
