package dev.nudge.detect;

import dev.nudge.definition.Policy;
import java.util.Map;

/** Stub. */
final class RefillPolicy {
  private RefillPolicy() {}

  static Map<String, Integer> daysByCategory(Policy policy) {
    return Map.of();
  }

  static boolean isEnabled(Policy policy) {
    return true;
  }
}
