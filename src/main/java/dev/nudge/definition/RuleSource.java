package dev.nudge.definition;

import dev.nudge.pattern.Rule;

/**
 * A rule as it travels and is kept: its definition as JSON text, which each subtask compiles.
 *
 * @param tenant the brand; null for every one
 * @param kind what its moments are
 * @param id the anomaly's kind, or the definition's name
 * @param onChange what becomes of what the version before it has open
 * @param json the definition, without blanks
 */
public record RuleSource(
    String tenant, Rule.Kind kind, String id, OnChange onChange, String json) {}
