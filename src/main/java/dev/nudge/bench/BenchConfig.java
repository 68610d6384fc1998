package dev.nudge.bench;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What is measured, and how often.
 *
 * @param events events of the stream, 1,000 to 10,000,000
 * @param patterns how many patterns at once, each 1 to 1,000, ascending
 * @param customers who take turns on the even load, 1 to 10,000,000
 * @param hot customers that have half of all visits on the uneven load; 0 leaves it out
 * @param runs how often each variant runs; medians are told
 * @param parallelism subtasks of every operator
 * @param seed where the events come from
 * @param only variants whose name this finds; null for all
 */
public record BenchConfig(
    long events,
    List<Integer> patterns,
    int customers,
    int hot,
    int runs,
    int parallelism,
    long seed,
    Pattern only) {

  /** Checks the values; a message names the option, what was found and what is expected. */
  public BenchConfig {
    check("--events", events, 1_000, 10_000_000);
    check("--customers", customers, 1, 10_000_000);
    check("--hot", hot, 0, 1_000);
    check("--runs", runs, 1, 99);
    check("--parallelism", parallelism, 1, 128);
    patterns = counts("--patterns", patterns);
  }

  /** Whether the variant of that name is wanted. */
  boolean wants(String name) {
    return only == null || only.matcher(name).find();
  }

  /** Numbers from 1 to 1,000, ascending, each once. */
  static List<Integer> counts(String option, List<Integer> found) {
    if (found.isEmpty()) {
      throw new IllegalArgumentException(option + ": found none, expected at least one number");
    }
    found.forEach(count -> check(option, count, 1, 1_000));
    return found.stream().distinct().sorted().toList();
  }

  static void check(String option, long found, long least, long most) {
    if (found < least || found > most) {
      throw new IllegalArgumentException(
          "%s: found %d, expected %d to %d".formatted(option, found, least, most));
    }
  }
}
