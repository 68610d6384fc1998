package dev.nudge.ingest;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Topic;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is stored of one customer. */
class SavedCustomerTest {
  private final SavedCustomer saved = new SavedCustomer();
  private final Bytes function = new Bytes();

  @Test
  void ofWhomNothingIsKnownNothingIsStored() throws IOException {
    saved.read(null);
    assertThat(saved.isChanged()).isFalse();
    assertThat(saved.wasStored()).isFalse();
    assertThat(saved.functionsLength()).isZero();
    assertThat(saved.timerMillis()).isEqualTo(CustomerFunction.NEVER);
    assertThat(saved.write(function)).isNull();
  }

  @Test
  void everySectionIsReadAsItWasWritten() throws IOException {
    saved.read(null);
    saved.timerMillis(START);
    saved.orders(300);
    function.becomes(new byte[] {1, 2, 3});
    saved.seen().accept(Topic.ORDERS, "m1", START);
    byte[] bytes = saved.write(function);
    // Another customer in between.
    saved.read(null);
    function.stays();
    assertThat(saved.write(function)).isNull();
    saved.read(bytes);
    assertThat(saved.isChanged()).isFalse();
    assertThat(saved.wasStored()).isTrue();
    assertThat(saved.timerMillis()).isEqualTo(START);
    assertThat(saved.orders()).isEqualTo(300);
    assertThat(functions()).containsExactly(1, 2, 3);
    assertThat(saved.seen().size()).isEqualTo(1);
    assertThat(saved.write(function)).isEqualTo(bytes);
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
    function.becomes(new byte[] {0});
    saved.read(saved.write(function));
    function.stays();
    saved.orders(1);
    assertChangedAndStored();
    assertThat(functions()).containsExactly(0);
    saved.read(null);
    saved.seen().accept(Topic.ORDERS, "m1", START);
    assertChangedAndStored();
    saved.seen().expire(START + DAY + 1);
    assertThat(saved.isChanged()).isTrue();
    assertThat(saved.write(function)).isNull();
  }

  private void assertChangedAndStored() throws IOException {
    assertThat(saved.isChanged()).isTrue();
    byte[] bytes = saved.write(function);
    assertThat(bytes).isNotNull();
    saved.read(bytes);
    assertThat(saved.isChanged()).isFalse();
  }

  @Test
  void stateOfFunctionThatDidNotChangeIsCopied() throws IOException {
    saved.read(null);
    function.becomes(new byte[] {7});
    saved.read(saved.write(function));
    function.stays();
    saved.timerMillis(START);
    saved.read(saved.write(function));
    assertThat(functions()).containsExactly(7);
    saved.timerMillis(CustomerFunction.NEVER);
    function.becomes(new byte[0]);
    assertThat(saved.write(function)).isNull();
  }

  private byte[] functions() {
    int from = saved.functionsFrom();
    return Arrays.copyOfRange(saved.stored(), from, from + saved.functionsLength());
  }

  @Test
  void otherFormatIsRefused() {
    assertThatThrownBy(() -> saved.read(new byte[] {9, 0, 0}))
        .isInstanceOf(IOException.class)
        .hasMessage("a customer's state: found format 9, expected 1");
  }

  /** A function whose state is what the test says. */
  private static final class Bytes extends Reminder {
    private static final long serialVersionUID = 1L;

    private transient byte[] state;

    void becomes(byte[] next) {
      state = next;
    }

    void stays() {
      state = null;
    }

    @Override
    public boolean isChanged() {
      return state != null;
    }

    @Override
    public void save(CodedOutputStream out) throws IOException {
      out.write(state, 0, state.length);
    }
  }
}
