package dev.nudge.measure;

import dev.nudge.definition.ExperimentResult;
import dev.nudge.event.Decision;
import dev.nudge.event.Value;
import java.time.Instant;

/**
 * Somebody waits for what comes of an experiment.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version the version that the customer waits by
 * @param foundMillis when it is to be found, the begin of a minute, epoch milliseconds
 */
public record AwaitedResult(String tenant, String campaign, int version, long foundMillis) {
  /** What a row waits for; null if it doesn't, or would find it too late. */
  static AwaitedResult of(Decision decision) {
    Value dueAgain = decision.values().get(Decision.DUE_AGAIN);
    if (dueAgain == null) {
      return null;
    }
    long found =
        Instant.parse(dueAgain.text()).toEpochMilli() - ExperimentResult.HOLDS_AFTER_MILLIS;
    return new AwaitedResult(
        decision.tenant(),
        decision.campaign(),
        decision.version(),
        ExperimentResult.foundMillis(found));
  }
}
