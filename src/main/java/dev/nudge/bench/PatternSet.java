package dev.nudge.bench;

import dev.nudge.event.Occurrence;
import java.io.Serializable;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;

/**
 * The patterns of one measurement. Patterns can't be sent to a task; this can, and names them.
 *
 * @param count how many
 * @param spread whether every 20 of them are about event names of their own; else all are about the
 *     same few names, and each such event interests nearly all of them
 */
record PatternSet(int count, boolean spread) implements Serializable {
  /** All of them; the place in the list is the pattern's number. */
  List<Pattern<Occurrence, ?>> patterns() {
    return BenchPatterns.of(this);
  }

  /** The same, each condition a CEL expression beside the event's name. */
  List<Pattern<Occurrence, ?>> patternsInCel() {
    return BenchPatterns.of(this, true);
  }

  /** {@code 20}, {@code 1000 (20 a name)}. */
  String label() {
    return spread ? count + " (" + BenchPatterns.SHAPES + " a name)" : Integer.toString(count);
  }
}
