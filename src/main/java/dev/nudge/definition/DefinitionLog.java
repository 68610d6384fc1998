package dev.nudge.definition;

import java.util.Map;

/** Where definitions are published: a compacted log, of which the newest record of a key counts. */
public interface DefinitionLog {
  /**
   * Reads the log to its end.
   *
   * @return the newest value of each key, without deleted ones, sorted by key
   */
  Map<String, byte[]> newest();

  /**
   * Appends a record, and returns once it is safe.
   *
   * @param value null deletes the key
   */
  void put(String key, byte[] value);
}
