package dev.nudge.pattern;

import java.util.List;
import java.util.Map;

/**
 * A complete match.
 *
 * @param steps the events by step, in the order in which they were taken
 * @param <E> events
 */
record Match<E>(Map<String, List<E>> steps) {}
