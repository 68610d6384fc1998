package dev.nudge.ingest;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.delivered;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.profiled;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By what a copy is known. */
class SeenMessagesTest {
  private final SeenMessages seen = SeenMessages.none();

  @Test
  void copyIsACopyFor24HoursInclusive() {
    seen.accept(message("m1", START));
    assertThat(seen.isDuplicate(message("m1", START))).isTrue();
    assertThat(seen.isDuplicate(message("m1", START + DAY))).isTrue();
    assertThat(seen.isDuplicate(message("m1", START + DAY + 1))).isFalse();
    assertThat(seen.isDuplicate(message("m2", START))).isFalse();
  }

  @Test
  void idIsKnownPerTopic() {
    List<CustomerEvent> topics =
        List.of(
            as("m1", profiled(ANNA, START)),
            as("m1", paid(ANNA, START, "o1")),
            as("m1", delivered(ANNA, START)),
            as("m1", viewed(ANNA, START)));
    for (CustomerEvent event : topics) {
      assertThat(seen.isDuplicate(event)).isFalse();
      seen.accept(event);
    }
    assertThat(topics).allMatch(seen::isDuplicate);
  }

  @Test
  void idAcceptedAgainCountsFromThen() {
    seen.accept(message("m1", START));
    seen.accept(message("m1", START + DAY + 1));
    assertThat(seen.isDuplicate(message("m1", START + 2 * DAY + 1))).isTrue();
    assertThat(seen.isDuplicate(message("m1", START + 2 * DAY + 2))).isFalse();
  }

  @Test
  void whatNoLaterEventCanCopyIsForgotten() {
    seen.accept(message("m1", START));
    seen.accept(message("m2", START + 1));
    seen.expire(START + DAY);
    assertThat(seen.acceptedAtMillis()).hasSize(2);
    seen.expire(START + DAY + 1);
    assertThat(seen.acceptedAtMillis()).containsOnlyKeys("CLICKSTREAM m2");
    seen.expire(START + DAY + 2);
    assertThat(seen.acceptedAtMillis()).isEmpty();
  }

  @Test
  void newest512AreRemembered() {
    for (int i = 0; i < SeenMessages.MAX; i++) {
      seen.accept(message("m" + i, START + i));
    }
    assertThat(seen.isDuplicate(message("m0", START + 600))).isTrue();
    seen.accept(message("m512", START + 512));
    assertThat(seen.acceptedAtMillis()).hasSize(512);
    assertThat(seen.isDuplicate(message("m0", START + 600))).isFalse();
    assertThat(seen.isDuplicate(message("m1", START + 600))).isTrue();
    assertThat(seen.isDuplicate(message("m512", START + 600))).isTrue();
  }

  @Test
  void newestIsRememberedAmong512OfOneInstant() {
    for (int i = 0; i <= SeenMessages.MAX; i++) {
      seen.accept(message("m" + i, START));
    }
    assertThat(seen.acceptedAtMillis()).hasSize(512);
  }

  private static CustomerEvent message(String id, long at) {
    return as(id, viewed(ANNA, at));
  }
}
