package dev.nudge.bench;

import dev.nudge.chaos.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code bench cluster} measures.
 *
 * @param deployment of what
 * @param customers who is known before anything is measured, and comes again, 1,000 to 10,000,000
 * @param events what is worked off at full speed in each run, 10,000 to 100,000,000
 * @param runs how often with checkpoints and without, 1 to 99
 * @param variants settings of Flink to do the same with beside the deployment's, but for kills
 * @param parallelism of each job, 1 to 4; a TaskManager has two slots, and one is in reserve
 * @param maximum events a second that the machine can, 1 to 10,000,000; 0 to look for it
 * @param load of what the machine can, more than 0 and less than 1
 * @param steady for how long triggers are timed at that load
 * @param kills how often a TaskManager is killed under each of {@code killLoads}, 0 to 99
 * @param killLoads of what the machine can, more than 0 and less than 1 each
 * @param seed where the events come from
 */
public record ClusterBenchConfig(
    Deployment deployment,
    int customers,
    long events,
    int runs,
    List<Map<String, String>> variants,
    int parallelism,
    int maximum,
    double load,
    Duration steady,
    int kills,
    List<Double> killLoads,
    long seed) {

  /** Checks the values; a message names the option, what was found and what is expected. */
  public ClusterBenchConfig {
    BenchConfig.check("--customers", customers, 1_000, 10_000_000);
    // Of fewer the sources' first requests fetch all, and nothing is ever seen to be left.
    BenchConfig.check("--events", events, 50_000, 100_000_000);
    BenchConfig.check("--runs", runs, 1, 99);
    BenchConfig.check("--parallelism", parallelism, 1, LoadWriter.PARTITIONS);
    BenchConfig.check("--maximum", maximum, 0, 10_000_000);
    BenchConfig.check("--kills", kills, 0, 99);
    checkShare("--load", load);
    variants = List.copyOf(variants);
    killLoads = List.copyOf(killLoads);
    killLoads.forEach(share -> checkShare("--kill-load", share));
    checkDistinct("--variant", variants);
    checkDistinct("--kill-load", killLoads);
    if (steady.toSeconds() < 10 || steady.toDays() > 7) {
      throw new IllegalArgumentException(
          "--minutes: found %s, expected ten seconds to a week".formatted(steady));
    }
  }

  /** Figures stand beside what they are of. */
  private static void checkDistinct(String option, List<?> values) {
    if (Set.copyOf(values).size() < values.size()) {
      throw new IllegalArgumentException(
          "%s: found %s, expected each only once".formatted(option, values));
    }
  }

  private static void checkShare(String option, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "%s: found %s, expected more than 0 and less than 1".formatted(option, share));
    }
  }
}
