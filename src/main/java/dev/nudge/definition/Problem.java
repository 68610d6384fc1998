package dev.nudge.definition;

import java.io.Serializable;

/**
 * One reason why a definition is refused, with where it stands.
 *
 * @param file the file's name, or the record's key where it came from a topic
 * @param line from 1
 * @param column from 1, in Unicode code points
 * @param path the key's path within its document, {@code lifecycle.dormantDays}; empty for the
 *     document itself
 * @param found what stands there
 * @param expected what should
 */
public record Problem(String file, int line, int column, String path, String found, String expected)
    implements Serializable {

  /** As compilers print it, so that editors jump to the place. */
  @Override
  public String toString() {
    return "%s:%d:%d: %sfound %s, expected %s"
        .formatted(file, line, column, path.isEmpty() ? "" : path + ": ", found, expected);
  }
}
