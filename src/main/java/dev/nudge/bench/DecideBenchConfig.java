package dev.nudge.bench;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What {@code bench decide} measures, and how often.
 *
 * @param moments moments of each stream, 1,000 to 10,000,000
 * @param customers whose moments they are, of all tenants together, 1 to 10,000,000
 * @param tenants how many tenants share the customers, each 1 to 1,000, ascending
 * @param campaigns how many campaigns each tenant has, multiples of {@link DecideCampaigns#SHAPES}
 *     up to 1,000, ascending
 * @param runs how often each variant runs; medians are told
 * @param parallelism subtasks of every operator
 * @param seed where the moments come from
 * @param only variants whose name this finds; null for all
 */
public record DecideBenchConfig(
    long moments,
    int customers,
    List<Integer> tenants,
    List<Integer> campaigns,
    int runs,
    int parallelism,
    long seed,
    Pattern only) {

  /** Checks the values; a message names the option, what was found and what is expected. */
  public DecideBenchConfig {
    BenchConfig.check("--moments", moments, 1_000, 10_000_000);
    BenchConfig.check("--customers", customers, 1, 10_000_000);
    BenchConfig.check("--runs", runs, 1, 99);
    BenchConfig.check("--parallelism", parallelism, 1, 128);
    tenants = BenchConfig.counts("--tenants", tenants);
    campaigns = BenchConfig.counts("--campaigns", campaigns);
    for (int count : campaigns) {
      if (count % DecideCampaigns.SHAPES != 0) {
        throw new IllegalArgumentException(
            "--campaigns: found %d, expected a multiple of %d"
                .formatted(count, DecideCampaigns.SHAPES));
      }
    }
  }

  /** Whether the variant of that name is wanted. */
  boolean wants(String name) {
    return only == null || only.matcher(name).find();
  }
}
