package dev.nudge.ingest;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.junit.jupiter.api.Test;

/** Events that wait for the watermark. */
class ReorderingTest {
  private final TypeSerializer<CustomerEvent> serializer =
      TypeInformation.of(CustomerEvent.class).createSerializer(new SerializerConfigImpl());
  private final Reordering reordering;

  ReorderingTest() throws IOException {
    reordering = new Reordering(16, serializer);
  }

  @Test
  void whatTheFirstVersionWroteIsRead() throws Exception {
    DataOutputSerializer snapshot = new DataOutputSerializer(100);
    TypeSerializerSnapshot.writeVersionedSnapshot(snapshot, serializer.snapshotConfiguration());
    DataOutputSerializer out = new DataOutputSerializer(100);
    out.writeByte(1);
    out.writeLong(7);
    out.writeInt(1);
    out.writeInt(snapshot.length());
    out.write(snapshot.getCopyOfBuffer());
    serializer.serialize(viewed(ANNA, START), out);

    reordering.read(
        List.of(
            new KeyGroupStatePartitionStreamProvider(
                new ByteArrayInputStream(out.getCopyOfBuffer()), 3)),
        getClass().getClassLoader());

    assertThat(reordering.spilled()).isEqualTo(7);
    assertThat(takeAll(START)).containsExactly("anna+0");
  }

  @Test
  void onlyWhatTheWatermarkPassesIsTaken() throws Exception {
    add(viewed(ANNA, START + 3), viewed(ANNA, START + 1), viewed(BERT, START + 2));
    assertThat(takeAll(START)).isEmpty();
    assertThat(takeAll(START + 1)).containsExactly("anna+1");
    assertThat(takeAll(START + 1)).isEmpty();
    assertThat(takeAll(START + 3)).containsExactlyInAnyOrder("anna+3", "bert+2");
    assertThat(reordering.size()).isZero();
  }

  @Test
  void customersEventsUpToAnInstantAreTakenAndTheRestStay() throws Exception {
    add(viewed(ANNA, START + 500), viewed(ANNA, START), viewed(BERT, START));
    add(viewed(ANNA, START + 10));
    reordering.pass(START + 10);
    assertThat(reordering.take(ANNA, START - 1)).isEmpty();
    assertThat(reordering.take(ANNA, START)).containsExactly(viewed(ANNA, START));
    assertThat(reordering.take(ANNA, START)).isEmpty();
    assertThat(reordering.size()).isEqualTo(3);
    assertThatThrownBy(() -> reordering.pass(START + 500))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("2 events that the watermark passed were not taken");
    assertThat(takeAll()).containsExactlyInAnyOrder("bert+0", "anna+10");
    assertThat(takeAll(START + 500)).containsExactly("anna+500");
  }

  @Test
  void everyEventIsTakenOnceAndInOrderHoweverTheyCome() throws Exception {
    Random random = new Random(11);
    List<CustomerEvent> waiting = new ArrayList<>();
    long watermark = START;
    for (int i = 0; i < 5_000; i++) {
      CustomerKey who = new CustomerKey("acme", "c" + random.nextInt(30));
      long at = watermark + 1 + random.nextInt(random.nextInt(10) == 0 ? 100_000 : 400);
      CustomerEvent event = as("m" + i, viewed(who, at));
      waiting.add(event);
      add(event);
      if (random.nextInt(5) == 0) {
        watermark += random.nextInt(300);
        assertTaken(waiting, watermark, random.nextBoolean() ? who : null);
      }
      assertThat(reordering.size()).isEqualTo(waiting.size());
    }
    assertTaken(waiting, watermark + 200_000, null);
    assertThat(waiting).isEmpty();
  }

  /** Of one customer first, in two steps, if it is not null; then of all. */
  private void assertTaken(List<CustomerEvent> waiting, long upTo, CustomerKey who)
      throws Exception {
    List<CustomerEvent> taken = new ArrayList<>();
    reordering.pass(upTo);
    if (who != null) {
      taken.addAll(reordering.take(who, upTo - 200));
      taken.addAll(reordering.take(who, upTo));
      assertThat(taken).isSortedAccordingTo(CustomerEvent.TOTAL_ORDER);
      assertThat(taken).allMatch(event -> event.key().equals(who));
    }
    List<CustomerKey> turns = new ArrayList<>();
    reordering.takeAll(
        (customer, events) -> {
          turns.add(customer);
          assertThat(events).isSortedAccordingTo(CustomerEvent.TOTAL_ORDER);
          assertThat(events).allMatch(event -> event.key().equals(customer));
          taken.addAll(events);
        });
    assertThat(turns).doesNotHaveDuplicates().doesNotContain(who);
    List<CustomerEvent> due = new ArrayList<>(waiting);
    due.removeIf(e -> e.atMillis() > upTo);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(due);
    waiting.removeIf(due::contains);
  }

  private void add(CustomerEvent... events) {
    for (CustomerEvent event : events) {
      reordering.add(event.key(), event);
    }
  }

  private List<String> takeAll(long upTo) throws Exception {
    reordering.pass(upTo);
    return takeAll();
  }

  private List<String> takeAll() throws Exception {
    List<String> taken = new ArrayList<>();
    reordering.takeAll(
        (customer, events) ->
            events.forEach(e -> taken.add(customer.customerId() + "+" + (e.atMillis() - START))));
    return taken;
  }
}
