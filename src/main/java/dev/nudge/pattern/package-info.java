/**
 * The pattern language, and the engine that runs all patterns of a customer at once.
 *
 * <p>In: definitions as {@link dev.nudge.pattern.Rule}s, and one customer's events in order. Out:
 * matches. A pattern is a Flink CEP {@code Pattern}; Flink compiles it to its state graph, {@link
 * dev.nudge.pattern.StateGraph} keeps that, and {@link dev.nudge.pattern.Matcher} walks it.
 *
 * <p>State: the partial matches of one customer and the events they hold, one array of bytes, which
 * ends with the last partial match: matched, timed out, discarded, or its rule deleted.
 */
package dev.nudge.pattern;
