package dev.nudge.definition;

import dev.nudge.event.Value;
import java.util.Map;

/**
 * What a tenant changed of a built-in anomaly.
 *
 * @param enabled false turns it off
 * @param params the parameters that differ from the definition's, by name
 */
public record AnomalyPolicy(boolean enabled, Map<String, Value> params) {
  /** State restores what it does not know as nothing. */
  public AnomalyPolicy {
    params = params == null ? Map.of() : params;
  }
}
