package dev.nudge.pattern;

import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Value;
import java.util.Map;

/**
 * What a definition compiles to: when something is noticed about a customer, and what is said of
 * it. It never travels: each subtask compiles its own from the definition's text.
 *
 * @param tenant the brand; null for every one
 * @param kind what its moments are
 * @param id the anomaly's kind, or the definition's name
 * @param params what {@code params.<name>} is where a policy says nothing else
 * @param trigger when
 * @param stage the stage that it proposes; null for an anomaly
 * @param orderId the order it is about, a {@link Expression.Type#TEXT}, or null
 * @param value what was found, a {@link Expression.Type#TEXT_OR_NUMBER}, or null
 * @param baseline what it is measured against, a {@link Expression.Type#TEXT_OR_NUMBER}, or null
 * @param evidence further {@link Expression.Type#SCALAR}s, by name, in the order of the text
 */
public record Rule(
    String tenant,
    Kind kind,
    String id,
    Map<String, Value> params,
    Trigger trigger,
    LifecycleStage stage,
    Expression orderId,
    Expression value,
    Expression baseline,
    Map<String, Expression> evidence) {

  /** What a rule's moments are. */
  public enum Kind {
    /** Something unusual. */
    ANOMALY,
    /** A step of the lifecycle. */
    STAGE,
    /** What a campaign of that id waits for. */
    CAMPAIGN
  }
}
