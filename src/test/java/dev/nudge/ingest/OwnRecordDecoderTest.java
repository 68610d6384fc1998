package dev.nudge.ingest;

import static dev.nudge.TestEvents.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Json;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OwnRecordDecoderTest {
  private static final Map<String, Value> DUE_AGAIN =
      Map.of("dueAgain", Value.string("2026-01-05T11:00:10Z"));
  private static final RecordPosition POSITION = new RecordPosition("nudge.decisions", 0, 7, START);

  private static Decision decision(DecisionCode code, DeferReason reason) {
    return decision(code, reason, Map.of());
  }

  private static Decision decision(
      DecisionCode code, DeferReason reason, Map<String, Value> values) {
    boolean sent = code == DecisionCode.SENT;
    return new Decision(
        "d1",
        "acme",
        "Anna",
        "eleven",
        1,
        "m1",
        START,
        START + 1,
        code,
        reason,
        new TreeMap<>(values),
        null,
        sent ? "A" : null,
        sent ? "PUSH" : null,
        null,
        sent ? "t1" : null,
        sent ? "g1" : null);
  }

  private static Ingested decoded(Decision decision) {
    return OwnRecordDecoder.decode(Topic.DECISIONS, Json.of(decision).getBytes(UTF_8), POSITION);
  }

  @Test
  void whoGotSomethingAndWhoWaitsForAResultAreTold() {
    for (Decision decision :
        new Decision[] {
          decision(DecisionCode.SENT, null),
          decision(DecisionCode.DEFERRED, DeferReason.WAITS_FOR_WINNER, DUE_AGAIN)
        }) {
      assertThat(decoded(decision).event().decision()).isEqualTo(decision);
    }
  }

  @Test
  void ofTheValuesThatWereReadOnlyWhenItIsDueAgainIs() {
    Map<String, Value> more = new TreeMap<>(DUE_AGAIN);
    more.put("a", Value.string("b"));
    more.put("zone", Value.string("UTC"));

    assertThat(
            decoded(decision(DecisionCode.DEFERRED, DeferReason.WAITS_FOR_WINNER, more))
                .event()
                .decision()
                .values())
        .isEqualTo(DUE_AGAIN);
  }

  @Test
  void aTimeThatIsNoneIsADeadLetter() {
    Map<String, Value> never = Map.of("dueAgain", Value.string("never"));

    assertThat(
            decoded(decision(DecisionCode.DEFERRED, DeferReason.WAITS_FOR_WINNER, never))
                .deadLetter()
                .message())
        .contains("dueAgain");
  }

  @Test
  void ofTheOthersOnlyTheTimeIs() {
    for (Decision decision :
        new Decision[] {
          decision(DecisionCode.AUDIENCE, null),
          decision(DecisionCode.DEFERRED, DeferReason.QUIET_HOURS)
        }) {
      assertThat(decoded(decision).event()).isNull();
      assertThat(decoded(decision).atMillis()).isEqualTo(START + 1);
    }
  }
}
