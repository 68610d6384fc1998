package dev.nudge.measure;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DeferReason;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Parts those who wait for a result from what is measured: of all who wait for the same one, the
 * first asks.
 *
 * <p>State: none; what is asked again changes nothing.
 */
final class AwaitedFunction extends ProcessFunction<CustomerEvent, ArmInput> {
  /** Results that are remembered as asked for; beyond it the oldest are asked for again. */
  private static final int MAX_REMEMBERED = 1_000;

  private transient Set<AwaitedResult> asked;

  static boolean waits(CustomerEvent event) {
    Decision decision = event.decision();
    return decision != null && decision.reason() == DeferReason.WAITS_FOR_WINNER;
  }

  @Override
  public void open(OpenContext context) {
    asked =
        Collections.newSetFromMap(
            new LinkedHashMap<>() {
              private static final long serialVersionUID = 1L;

              @Override
              protected boolean removeEldestEntry(Map.Entry<AwaitedResult, Boolean> eldest) {
                return size() > MAX_REMEMBERED;
              }
            });
  }

  @Override
  public void processElement(CustomerEvent event, Context context, Collector<ArmInput> out) {
    if (waits(event)) {
      AwaitedResult awaited = AwaitedResult.of(event.decision());
      if (awaited != null && asked.add(awaited)) {
        out.collect(ArmInput.of(awaited));
      }
    }
  }
}
