package dev.nudge.console;

import java.time.Instant;
import java.util.List;

/**
 * Who moved from where to where within a period.
 *
 * @param from the period's begin, inclusive
 * @param to its end, inclusive
 * @param links one a pair of stages, the greatest first
 */
record StageFlow(Instant from, Instant to, List<Link> links) {
  /**
   * One pair of stages.
   *
   * @param from the stage left, {@code NONE} for customers who had none
   * @param to the stage entered
   * @param customers distinct customers who made this move, however often each
   */
  record Link(String from, String to, long customers) {}
}
