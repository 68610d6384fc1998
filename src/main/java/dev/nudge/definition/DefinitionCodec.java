package dev.nudge.definition;

import java.util.Optional;

/** Reads a record of a definitions topic, of whatever kind its key says. */
public final class DefinitionCodec {
  private DefinitionCodec() {}

  /**
   * Reads a record.
   *
   * @param key the record's key, or null
   * @param value the record's value; null deletes
   * @return the version, or nothing if the record only moves time
   * @throws DefinitionException if it is no valid definition; the record is to be put aside, and
   *     what was in force stays
   */
  public static Optional<DefinitionVersion> read(byte[] key, byte[] value)
      throws DefinitionException {
    return PolicyCodec.read(key, value).map(DefinitionVersion::of);
  }
}
