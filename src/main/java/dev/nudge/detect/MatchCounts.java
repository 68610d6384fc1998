package dev.nudge.detect;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What counts matches, one a definition: its versions count together, so that a series goes on when
 * a definition changes.
 *
 * <p>A definition has its counter until the job ends, since metrics are never taken back. So what
 * comes after the first {@value #MAX} is counted together.
 */
final class MatchCounts {
  /** Definitions that are told apart, in one subtask. */
  static final int MAX = 1_000;

  /** The tenant of a definition that holds for every tenant. */
  static final String EVERY_TENANT = "*";

  /** What stands for those that are not told apart; no id of a definition looks like it. */
  static final String OTHERS = "*";

  private record Definition(String tenant, String id) {}

  private final BiFunction<String, String, Runnable> register;
  private final Map<Definition, Runnable> counters = new HashMap<>();
  private Runnable others;

  /** Counters are made by tenant and id of a definition; each run is a match. */
  MatchCounts(BiFunction<String, String, Runnable> register) {
    this.register = register;
  }

  /** Counts a definition's matches; of which tenant, or null for every tenant. */
  Runnable of(String tenant, String id) {
    Definition definition = new Definition(tenant == null ? EVERY_TENANT : tenant, id);
    Runnable known = counters.get(definition);
    if (known != null) {
      return known;
    }
    if (counters.size() >= MAX) {
      if (others == null) {
        others = register.apply(EVERY_TENANT, OTHERS);
      }
      return others;
    }
    Runnable added = register.apply(definition.tenant(), id);
    counters.put(definition, added);
    return added;
  }
}
