package dev.nudge.pattern;

import java.util.Set;

/** A condition that tells beforehand which events can't fulfil it, by their names. */
public interface NamedCondition {
  /** The names of events that may fulfil it; null if any event may. */
  Set<String> names();

  /** Whether it looks at events that were taken before; if not, one answer holds for an event. */
  boolean isIterative();
}
