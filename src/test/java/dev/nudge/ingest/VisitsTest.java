package dev.nudge.ingest;

import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.ingest.CustomerHarness.Backend;
import java.io.IOException;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Everyone gets a turn when a definition asks for it, a thousand at a watermark. */
@ParameterizedClass
@EnumSource(Backend.class)
class VisitsTest {
  private static final IngestConfig INGEST = IngestConfig.from(new Configuration());
  private static final int CUSTOMERS = 2 * Visits.AT_ONCE + 500;

  /** Later than the ids of messages are remembered. */
  private static final long LATER = START + 3 * SeenMessages.WINDOW_MILLIS;

  private final Backend backend;
  private CustomerHarness<Long, String> harness;

  VisitsTest(Backend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void start() throws Exception {
    harness = CustomerHarness.start(new Keeping(), INGEST, backend);
    harness.endOfDefinitions();
    for (int i = 0; i < CUSTOMERS; i++) {
      harness.receive(viewed(new CustomerKey("acme", "c" + i), START));
    }
    harness.watermark(START);
    harness.watermark(LATER);
    harness.said();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void nobodyIsVisitedUnasked() throws Exception {
    harness.watermark(LATER + 1);
    assertThat(harness.said()).isEmpty();
  }

  @Test
  void everyoneIsVisitedOnceFromThatInstantOnSomeAtAWatermark() throws Exception {
    harness.define(LATER + 10);
    harness.watermark(LATER + 9);
    assertThat(harness.said()).isEmpty();
    harness.watermark(LATER + 10);
    assertThat(harness.said()).hasSize(Visits.AT_ONCE);
    harness.watermark(LATER + 11);
    harness.watermark(LATER + 12);
    assertThat(harness.said()).hasSize(CUSTOMERS - Visits.AT_ONCE).doesNotHaveDuplicates();
    // Flink deletes timers in batches, which a checkpoint completes.
    harness.snapshot(1, 1);
    assertThat(harness.stateEntries()).isZero();
    harness.watermark(LATER + 13);
    assertThat(harness.said()).isEmpty();
  }

  @Test
  void visitThatARestartInterruptsBeginsAnew() throws Exception {
    harness.define(LATER + 10);
    harness.watermark(LATER + 10);
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    harness.close();
    harness = CustomerHarness.restore(snapshot, new Keeping(), INGEST, backend, 1, 1, 0);
    for (int i = 11; i < 15; i++) {
      harness.watermark(LATER + i);
    }
    assertThat(harness.said()).hasSize(CUSTOMERS - Visits.AT_ONCE);
    assertThat(harness.stateEntries()).isZero();
  }

  @Test
  void visitThatIsWantedDuringAnotherFollowsIt() throws Exception {
    harness.define(LATER + 10);
    harness.watermark(LATER + 10);
    harness.define(LATER + 20);
    for (int i = 11; i < 15; i++) {
      harness.watermark(LATER + i);
    }
    harness.receive(viewed(new CustomerKey("acme", "new"), LATER + 15));
    harness.watermark(LATER + 15);
    harness.said();
    harness.watermark(LATER + 20);
    assertThat(harness.said()).containsExactly("new");
  }

  /** Keeps a byte of whoever had an event, until a visit. */
  private static final class Keeping implements CustomerFunction<Long, String> {
    private static final long serialVersionUID = 1L;

    private transient CustomerContext<String> context;
    private transient CustomerKey customer;
    private transient boolean isKept;
    private transient boolean wasKept;

    @Override
    public void open(CustomerContext<String> lent) {
      context = lent;
    }

    @Override
    public void onDefinition(Long visitFromMillis) {
      context.visitEveryone(visitFromMillis);
    }

    @Override
    public boolean concerns(CustomerEvent event) {
      return true;
    }

    @Override
    public void load(CustomerKey key, byte[] state, int from, int length) {
      customer = key;
      wasKept = length > 0;
      isKept = wasKept;
    }

    @Override
    public void onInstant(long atMillis, List<Accepted> events) {
      isKept = !events.isEmpty();
      if (events.isEmpty()) {
        context.emit(customer.customerId());
      }
    }

    @Override
    public long dueMillis() {
      return NEVER;
    }

    @Override
    public boolean isChanged() {
      return isKept != wasKept;
    }

    @Override
    public void save(CodedOutputStream out) throws IOException {
      if (isKept) {
        out.writeRawByte(1);
      }
    }
  }
}
