package dev.nudge.definition;

import dev.nudge.event.DeadLetter;

/**
 * What became of one record of the policies topic: a version, a dead letter, or neither: then it
 * tells the deployment's clock, which is nothing to a job.
 *
 * @param version the version, or null
 * @param deadLetter the record that was refused, or null
 * @param offset where it stood
 */
public record PolicyRecord(PolicyVersion version, DeadLetter deadLetter, long offset) {
  /** A version. */
  public static PolicyRecord of(PolicyVersion version, long offset) {
    return new PolicyRecord(version, null, offset);
  }

  /** A record that was refused. */
  public static PolicyRecord refused(DeadLetter letter) {
    return new PolicyRecord(null, letter, letter.offset());
  }

  /** A record that is no definition. */
  public static PolicyRecord none(long offset) {
    return new PolicyRecord(null, null, offset);
  }
}
