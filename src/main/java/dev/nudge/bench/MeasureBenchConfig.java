package dev.nudge.bench;

import java.util.regex.Pattern;

/**
 * What {@code bench measure} measures, and how often.
 *
 * @param events events of the stream, 1,000 to 10,000,000; grants come on top of them
 * @param customers who take turns, 1 to 10,000,000
 * @param campaigns how many campaigns grants are of, 1 to 1,000
 * @param hot how many of them have half of all grants, 1 to all
 * @param runs how often each variant runs; medians are told
 * @param parallelism subtasks of every operator
 * @param seed where the stream comes from
 * @param only variants whose name this finds; null for all
 */
public record MeasureBenchConfig(
    long events,
    int customers,
    int campaigns,
    int hot,
    int runs,
    int parallelism,
    long seed,
    Pattern only) {

  /** Checks the values; a message names the option, what was found and what is expected. */
  public MeasureBenchConfig {
    BenchConfig.check("--events", events, 1_000, 10_000_000);
    BenchConfig.check("--customers", customers, 1, 10_000_000);
    BenchConfig.check("--campaigns", campaigns, 1, 1_000);
    BenchConfig.check("--hot", hot, 1, campaigns);
    BenchConfig.check("--runs", runs, 1, 99);
    BenchConfig.check("--parallelism", parallelism, 1, 128);
  }

  /** Whether the variant of that name is wanted. */
  boolean wants(String name) {
    return only == null || only.matcher(name).find();
  }
}
