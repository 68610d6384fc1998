package dev.nudge.ingest;

import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** By what a copy is known. */
class SeenMessagesTest {
  private static final CustomerKey ANNA = new CustomerKey("acme", "Anna");

  private final SeenMessages seen = new SeenMessages();

  @Test
  void copyIsACopyFor24HoursInclusive() {
    assertThat(accept("m1", START)).isTrue();
    assertThat(accept("m1", START)).isFalse();
    assertThat(accept("m2", START)).isTrue();
    assertThat(accept("m1", START + DAY)).isFalse();
    assertThat(accept("m1", START + DAY + 1)).isTrue();
  }

  @Test
  void idIsKnownPerTopic() {
    for (Topic topic : Topic.values()) {
      assertThat(seen.accept(topic, "m1", START)).isTrue();
    }
    for (Topic topic : Topic.values()) {
      assertThat(seen.accept(topic, "m1", START)).isFalse();
    }
  }

  @Test
  void idsThatAreAlikeAreTwo() {
    String longest = "x".repeat(256);
    for (String id :
        new String[] {"", "a", "b", "aa", "\u0100", "\u0001", longest, longest + "y"}) {
      assertThat(accept(id, START)).as(id).isTrue();
      assertThat(accept(id, START)).as(id).isFalse();
    }
  }

  @Test
  void idAcceptedAgainCountsFromThen() {
    accept("m1", START);
    assertThat(accept("m1", START + DAY + 1)).isTrue();
    assertThat(accept("m1", START + 2 * DAY + 1)).isFalse();
    assertThat(accept("m1", START + 2 * DAY + 2)).isTrue();
  }

  @Test
  void whatNoLaterEventCanCopyIsForgotten() {
    accept("m1", START);
    accept("m2", START + 1);
    seen.expire(START + DAY);
    assertThat(seen.size()).isEqualTo(2);
    seen.expire(START + DAY + 1);
    assertThat(seen.size()).isEqualTo(1);
    assertThat(accept("m2", START + DAY + 1)).isFalse();
    seen.expire(START + DAY + 2);
    assertThat(seen.size()).isZero();
  }

  @Test
  void newest512AreRemembered() {
    for (int i = 0; i < SeenMessages.MAX; i++) {
      accept("m" + i, START + i);
    }
    assertThat(accept("m0", START + 512)).isFalse();
    assertThat(accept("m512", START + 512)).isTrue();
    assertThat(seen.size()).isEqualTo(512);
    assertThat(accept("m1", START + 600)).isFalse();
    assertThat(accept("m512", START + 600)).isFalse();
    assertThat(accept("m0", START + 600)).isTrue();
    assertThat(accept("m1", START + 600)).isTrue();
  }

  @Test
  void newestIsRememberedAmong512OfOneInstant() {
    for (int i = 0; i <= SeenMessages.MAX; i++) {
      accept("m" + i, START);
    }
    assertThat(seen.size()).isEqualTo(512);
    assertThat(accept("m512", START)).isFalse();
  }

  @Test
  void allHaveExpiredWithinTheHourAfterTheNewest() {
    assertThat(seen.allExpiredMillis(ANNA)).isEqualTo(CustomerFunction.NEVER);
    long anInstant = ANNA.nextInstant(START, HOUR);
    accept("m1", anInstant - 1);
    assertThat(seen.allExpiredMillis(ANNA)).isEqualTo(anInstant + DAY);
    // To the millisecond: at that instant of the next day a copy of m2 would still be one.
    accept("m2", anInstant);
    assertThat(seen.allExpiredMillis(ANNA)).isEqualTo(anInstant + DAY + HOUR);
  }

  @Test
  void whatWasWrittenIsReadAgain() throws IOException {
    // Twice round the ring.
    for (int i = 0; i < 2 * SeenMessages.MAX + 7; i++) {
      accept("m" + i, START + 1_000L * i);
    }
    byte[] written = written();
    SeenMessages read = new SeenMessages();
    read.accept(Topic.ORDERS, "of the customer before", START);
    read.read(CodedInputStream.newInstance(written));
    assertThat(read.isChanged()).isFalse();
    assertThat(read.size()).isEqualTo(512);
    assertThat(read.allExpiredMillis(ANNA)).isEqualTo(seen.allExpiredMillis(ANNA));
    long now = START + 1_000L * (2 * SeenMessages.MAX + 6);
    assertThat(read.accept(Topic.CLICKSTREAM, "m" + (2 * SeenMessages.MAX + 6), now)).isFalse();
    assertThat(read.accept(Topic.CLICKSTREAM, "m" + (SeenMessages.MAX + 7), now)).isFalse();
    assertThat(read.accept(Topic.CLICKSTREAM, "m" + (SeenMessages.MAX + 6), now)).isTrue();
  }

  @Test
  void messageTakesAboutTenBytes() throws IOException {
    for (int i = 0; i < SeenMessages.MAX; i++) {
      accept("a rather long id of a message " + i, START + 1_000L * i);
    }
    assertThat(written()).hasSizeLessThan(512 * 11);
  }

  private byte[] written() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    seen.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  private boolean accept(String id, long at) {
    return seen.accept(Topic.CLICKSTREAM, id, at);
  }
}
