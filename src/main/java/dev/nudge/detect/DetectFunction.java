package dev.nudge.detect;

import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import dev.nudge.ingest.Accepted;
import dev.nudge.ingest.CustomerContext;
import dev.nudge.ingest.CustomerFunction;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Reads the customer, applies instant after instant, writes the customer, says what changed. */
public final class DetectFunction implements CustomerFunction<PolicyVersion, Moment> {
  /** The tenant whose policy holds for whoever has none of their own: a rehearsal's. */
  static final String EVERY_TENANT = "";

  private static final int INITIAL_BYTES = 512;

  private transient CustomerContext<Moment> context;

  private transient TypeSerializer<Customer> serializer;
  // By tenant; a version goes when the next one is in force.
  private transient BroadcastState<String, PolicyHistory> policies;

  // Whose turn it is.
  private transient CustomerKey key;
  private transient byte[] loaded;
  // Kept until the customer is erased; see Customer for what bounds it.
  private transient Customer customer;
  private transient boolean changed;

  @Override
  public void open(CustomerContext<Moment> lent) throws Exception {
    context = lent;
    serializer = TypeInformation.of(Customer.class).createSerializer(new SerializerConfigImpl());
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

  /** Deliveries change nothing that is kept yet. */
  @Override
  public boolean concerns(CustomerEvent event) {
    return event.delivery() == null;
  }

  @Override
  public void load(CustomerKey whose, byte[] state) throws Exception {
    key = whose;
    loaded = state;
    customer =
        state == null
            ? Customer.unknown()
            : serializer.deserialize(new DataInputDeserializer(state));
    changed = false;
  }

  @Override
  public void onInstant(long atMillis, List<Accepted> events) throws Exception {
    Policy policy = policyOf(key.tenant(), atMillis);
    for (Accepted accepted : events) {
      if (concerns(accepted.event())) {
        become(apply(accepted.event(), customer, policy), atMillis);
      }
    }
    while (customer.lifecycle().dueMillis() <= atMillis) {
      become(customer.silentUntil(atMillis), atMillis);
    }
  }

  @Override
  public long dueMillis() {
    return customer.lifecycle().dueMillis();
  }

  @Override
  public byte[] save() throws Exception {
    if (!changed) {
      return loaded;
    }
    if (customer.inputs() == 0) {
      return null;
    }
    DataOutputSerializer out = new DataOutputSerializer(INITIAL_BYTES);
    serializer.serialize(customer, out);
    return out.getCopyOfBuffer();
  }

  private void become(Customer next, long atMillis) {
    tell(customer, next, atMillis);
    changed = true;
    customer = next;
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

  private void tell(Customer before, Customer after, long atMillis) {
    StageChange change = after.stageChangeSince(before, key.tenant(), key.customerId(), atMillis);
    if (change != null && change.to() != null) {
      context.emit(Moment.of(change, after.features(atMillis)));
    }
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
