package dev.nudge.pattern;

import dev.nudge.event.Occurrence;
import java.util.List;
import java.util.Map;

/**
 * What a rule found.
 *
 * @param rule the rule
 * @param atMillis when, epoch milliseconds: the last event's time, the end of the silence, or the
 *     timer's instant
 * @param event the last event matched, or the one that a timer counts from
 * @param steps the events matched, by step; empty for a timer
 */
public record Found(
    RunningRule rule, long atMillis, Occurrence event, Map<String, List<Occurrence>> steps) {}
