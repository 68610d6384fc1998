package dev.nudge.ingest;

import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Says what happened, and reminds of the last click twice, seven minutes after it and seven minutes
 * after that. An erasure ends it.
 */
class Reminder implements CustomerFunction<Long, String> {
  private static final long serialVersionUID = 1;
  private static final long WAIT = 7 * MINUTE;

  private transient CustomerContext<String> context;
  private transient CustomerKey customer;
  private transient byte[] loaded;
  private transient boolean changed;
  private transient long dueMillis;
  private transient int left;

  @Override
  public void open(CustomerContext<String> lent) {
    context = lent;
  }

  @Override
  public void onDefinition(Long definition) {
    throw new IllegalStateException("it has none");
  }

  @Override
  public boolean concerns(CustomerEvent event) {
    return event.click() != null;
  }

  @Override
  public void load(CustomerKey whose, byte[] state) {
    customer = whose;
    loaded = state;
    changed = false;
    ByteBuffer bytes = state == null ? null : ByteBuffer.wrap(state);
    dueMillis = bytes == null ? NEVER : bytes.getLong();
    left = bytes == null ? 0 : bytes.getInt();
  }

  @Override
  public void onInstant(long atMillis, List<Accepted> events) {
    StringBuilder entry = new StringBuilder(customer.customerId() + "+" + (atMillis - START));
    for (Accepted accepted : events) {
      entry.append(' ').append(accepted.event().messageId());
      if (accepted.event().order() != null) {
        entry.append(accepted.before());
      }
      if (accepted.event().click() != null) {
        become(atMillis + WAIT, 2);
      } else if (accepted.event().profile() != null) {
        become(NEVER, 0);
      }
    }
    if (dueMillis == atMillis) {
      entry.append(" reminder ").append(left);
      become(left == 1 ? NEVER : atMillis + WAIT, left - 1);
    }
    context.emit(entry.toString());
  }

  private void become(long nextMillis, int nextLeft) {
    dueMillis = nextMillis;
    left = nextLeft;
    changed = true;
  }

  @Override
  public long dueMillis() {
    return dueMillis;
  }

  @Override
  public byte[] save() {
    if (!changed) {
      return loaded;
    }
    return dueMillis == NEVER
        ? null
        : ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(dueMillis).putInt(left).array();
  }
}
