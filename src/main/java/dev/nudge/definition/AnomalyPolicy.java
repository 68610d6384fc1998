package dev.nudge.definition;

import dev.nudge.event.Value;
import java.util.Map;

/** Stub. */
public record AnomalyPolicy(boolean enabled, Map<String, Value> params) {}
