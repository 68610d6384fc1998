package dev.nudge.definition;

import dev.nudge.event.DeadLetter;

/**
 * What became of one record of the policies topic: a version, or a dead letter.
 *
 * @param version the version, or null
 * @param deadLetter the record that was refused, or null
 */
public record PolicyRecord(PolicyVersion version, DeadLetter deadLetter) {
  /** A version. */
  public static PolicyRecord of(PolicyVersion version) {
    return new PolicyRecord(version, null);
  }

  /** A record that was refused. */
  public static PolicyRecord refused(DeadLetter letter) {
    return new PolicyRecord(null, letter);
  }
}
