/**
 * The vocabulary: what a shop tells Nudge and what Nudge tells the world.
 *
 * <p>In: nothing. Out: public records that cross operators, topics and checkpoints, and the total
 * order of one customer's events. State: none. No Flink here, so that every room may speak it.
 */
package dev.nudge.event;
