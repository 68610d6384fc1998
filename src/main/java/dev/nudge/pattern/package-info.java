/**
 * The pattern language: what a definition compiles to.
 *
 * <p>In: conditions and values in CEL, as text, and the steps of a pattern, from room {@code
 * definition}. Out: a {@link dev.nudge.pattern.Rule}: Flink CEP's own {@code Pattern}, which
 * defines what matches, or a timer; with {@link dev.nudge.pattern.Expression}s that are
 * type-checked, bounded and compiled once. What an expression reads it finds in a {@link
 * dev.nudge.pattern.Scope} of the moment.
 *
 * <p>State: none of these keeps any. Each subtask compiles the rules anew from their text.
 */
package dev.nudge.pattern;
