package dev.nudge.ingest;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.event.Topic;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is stored of one customer. */
class SavedCustomerTest {
  private final SavedCustomer saved = new SavedCustomer();

  @Test
  void ofWhomNothingIsKnownNothingIsStored() throws IOException {
    saved.read(null);
    assertThat(saved.isChanged()).isFalse();
    assertThat(saved.wasStored()).isFalse();
    assertThat(saved.functions()).isNull();
    assertThat(saved.timerMillis()).isEqualTo(CustomerFunction.NEVER);
    assertThat(saved.write()).isNull();
  }

  @Test
  void everySectionIsReadAsItWasWritten() throws IOException {
    saved.read(null);
    saved.timerMillis(START);
    saved.orders(300);
    saved.functions(new byte[] {1, 2, 3});
    saved.seen().accept(Topic.ORDERS, "m1", START);
    byte[] bytes = saved.write();
    // Another customer in between.
    saved.read(null);
    assertThat(saved.write()).isNull();
    saved.read(bytes);
    assertThat(saved.isChanged()).isFalse();
    assertThat(saved.wasStored()).isTrue();
    assertThat(saved.timerMillis()).isEqualTo(START);
    assertThat(saved.orders()).isEqualTo(300);
    assertThat(saved.functions()).containsExactly(1, 2, 3);
    assertThat(saved.seen().size()).isEqualTo(1);
    assertThat(saved.write()).isEqualTo(bytes);
  }

  @Test
  void anySectionAloneIsStored() throws IOException {
    saved.read(null);
    saved.timerMillis(START);
    assertChangedAndStored();
    saved.read(null);
    saved.orders(1);
    assertChangedAndStored();
    saved.read(null);
    saved.functions(new byte[] {0});
    assertChangedAndStored();
    saved.read(null);
    saved.seen().accept(Topic.ORDERS, "m1", START);
    assertChangedAndStored();
    saved.seen().expire(START + DAY + 1);
    assertThat(saved.isChanged()).isTrue();
    assertThat(saved.write()).isNull();
  }

  private void assertChangedAndStored() throws IOException {
    assertThat(saved.isChanged()).isTrue();
    byte[] bytes = saved.write();
    assertThat(bytes).isNotNull();
    saved.read(bytes);
    assertThat(saved.isChanged()).isFalse();
  }

  @Test
  void sameArrayOfTheFunctionIsNoChange() throws IOException {
    saved.read(null);
    saved.functions(new byte[] {7});
    saved.read(saved.write());
    saved.functions(saved.functions());
    assertThat(saved.isChanged()).isFalse();
    saved.functions(null);
    assertThat(saved.isChanged()).isTrue();
    assertThat(saved.write()).isNull();
  }

  @Test
  void otherFormatIsRefused() {
    assertThatThrownBy(() -> saved.read(new byte[] {9, 0, 0}))
        .isInstanceOf(IOException.class)
        .hasMessage("a customer's state: found format 9, expected 1");
  }
}
