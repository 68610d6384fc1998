package dev.nudge.pattern;

import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Value;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.pattern.Pattern;

/** A rule (stub). */
public record Rule(
    String tenant,
    String kind,
    String id,
    Map<String, Value> params,
    Trigger trigger,
    LifecycleStage stage,
    Expression orderId,
    Expression value,
    Expression baseline,
    Map<String, Expression> evidence) {
  public static final String ANOMALY = "anomaly";
  public static final String STAGE = "stage";

  /** T. */
  public sealed interface Trigger {}

  /** P. */
  public record PatternTrigger(
      Pattern<Occurrence, ?> pattern,
      long withinMillis,
      boolean inclusive,
      Set<String> among,
      String by,
      boolean seesDeliveries,
      int maxPartialMatches)
      implements Trigger {}

  /** A. */
  public record AfterTrigger(
      Set<String> last,
      Expression wait,
      Expression every,
      Expression max,
      Expression when,
      Expression once)
      implements Trigger {}
}
