package dev.nudge.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the jobs over one log without faults, and again with faults that follow from a seed: what
 * they leave has to be the same.
 */
public final class Chaos {
  /** Of the log, which is the same in every run. */
  private static final long LOG_SEED = 20_261_122;

  private final ChaosConfig config;
  private final Consumer<String> progress;

  /**
   * Something to be tried.
   *
   * @param progress told in a sentence what happens
   */
  public Chaos(ChaosConfig config, Consumer<String> progress) {
    this.config = config;
    this.progress = progress;
  }

  /**
   * What came of one seed.
   *
   * @param faults what happened
   * @param rows how many rows and records were compared
   * @param copies records that stand in a topic more than once, under the same id
   * @param differences what is missing or too much; empty if all is as without faults
   */
  public record Result(
      long seed, List<String> faults, int rows, long copies, List<String> differences) {}

  /**
   * Runs all seeds. One that comes to no end is a difference of its own, and the next has its turn.
   *
   * @throws Exception if the run without faults fails
   */
  public List<Result> run() throws Exception {
    ChaosInput input = ChaosInput.of(LOG_SEED, config.directory().resolve("log"));
    progress.accept("%,d records; a run without faults".formatted(input.arrivals().size()));
    Outcome expected = run("without", input, List.of(), Duration.ZERO);
    progress.accept(expected.sizes().toString());
    List<Result> results = new ArrayList<>();
    for (long seed = config.firstSeed(); seed < config.firstSeed() + config.seeds(); seed++) {
      List<Fault> faults = Fault.of(seed, config.kills(), config.pauses());
      progress.accept("seed " + seed);
      Result result = resultOf(seed, input, faults, expected);
      results.add(result);
      progress.accept(
          "seed %d: %s; %,d rows, %,d copies of records"
              .formatted(
                  seed,
                  result.differences.isEmpty()
                      ? "the same as without faults"
                      : result.differences.size() + " DIFFERENCES",
                  result.rows,
                  result.copies));
    }
    return results;
  }

  private Result resultOf(long seed, ChaosInput input, List<Fault> faults, Outcome expected)
      throws InterruptedException {
    List<String> told = faults.stream().map(Fault::toString).toList();
    try {
      Outcome found = run("seed-" + seed, input, faults, config.feedFor());
      return new Result(
          seed,
          told,
          found.sizes().values().stream().mapToInt(Integer::intValue).sum(),
          found.copies(),
          found.differencesFrom(expected));
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      return new Result(seed, told, 0, 0, List.of("seed " + seed + " came to no end: " + e));
    }
  }

  private Outcome run(String name, ChaosInput input, List<Fault> faults, Duration feedFor)
      throws Exception {
    Path directory = config.directory().resolve(name);
    try (ChaosRun run = new ChaosRun(config, directory, line -> progress.accept("  " + line))) {
      // Whoever is ended leaves no process behind.
      Thread end = new Thread(run::close, "chaos-end");
      Runtime.getRuntime().addShutdownHook(end);
      try {
        return run.run(input, faults, feedFor);
      } finally {
        Runtime.getRuntime().removeShutdownHook(end);
      }
    }
  }
}
