package dev.nudge.ingest;

import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.io.IOException;
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
  public void load(CustomerKey whose, byte[] state, int from, int length) {
    customer = whose;
    changed = false;
    ByteBuffer bytes = length == 0 ? null : ByteBuffer.wrap(state, from, length);
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
  public boolean isChanged() {
    return changed;
  }

  @Override
  public void save(CodedOutputStream out) throws IOException {
    if (dueMillis != NEVER) {
      byte[] state =
          ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(dueMillis).putInt(left).array();
      out.write(state, 0, state.length);
    }
  }
}
