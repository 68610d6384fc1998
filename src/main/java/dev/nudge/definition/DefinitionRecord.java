package dev.nudge.definition;

import dev.nudge.event.DeadLetter;

/**
 * What became of one record of a definitions topic: a version, a dead letter, or neither: then it
 * tells the deployment's clock, which is nothing to a job.
 *
 * @param version the version, or null
 * @param deadLetter the record that was refused, or null
 * @param topic the topic it came by
 * @param offset where it stood
 */
public record DefinitionRecord(
    DefinitionVersion version, DeadLetter deadLetter, String topic, long offset) {
  /** A version. */
  public static DefinitionRecord of(DefinitionVersion version, String topic, long offset) {
    return new DefinitionRecord(version, null, topic, offset);
  }

  /** A record that was refused. */
  public static DefinitionRecord refused(DeadLetter letter) {
    return new DefinitionRecord(null, letter, letter.topic(), letter.offset());
  }

  /** A record that is no definition. */
  public static DefinitionRecord none(String topic, long offset) {
    return new DefinitionRecord(null, null, topic, offset);
  }
}
