package dev.nudge.chaos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * Runs the jobs over one log as it happened, and again with faults that follow from a seed: copies,
 * disorder and garbage in the log, and processes that are killed or held still. What they leave has
 * to be the same.
 */
public final class Chaos {
  /** Of what happens in the shop, which is the same in every run. */
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
   * @param faults what happened; a fault that hit nobody is not among it
   * @param guarantee of what Engage wrote
   * @param sizes how many rows and records were compared, by table or topic
   * @param copies records that stand in a topic more than once, under the same id
   * @param differences what is missing or too much; empty if all is as without faults
   */
  public record Result(
      long seed,
      List<String> faults,
      DeliveryGuarantee guarantee,
      Map<String, Integer> sizes,
      long copies,
      List<String> differences) {

    /** How many rows and records were compared. */
    public int rows() {
      return sizes.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /**
   * Runs all seeds. One that comes to no end is a difference of its own, and the next has its turn.
   *
   * @throws Exception if the run without faults fails, or leaves a table without a row
   */
  public List<Result> run() throws Exception {
    ChaosInput input = ChaosInput.of(LOG_SEED, config.directory().resolve("log"));
    Trial quiet = Trial.quiet(input);
    progress.accept(quiet.log() + "; a run without faults");
    Outcome expected = run("without", input, quiet, new ArrayList<>());
    progress.accept(expected.sizes().toString());
    if (!expected.empty().isEmpty()) {
      throw new IllegalStateException(
          "found no row in %s, expected some: nothing would be compared there"
              .formatted(expected.empty()));
    }
    List<Result> results = new ArrayList<>();
    for (long seed = config.firstSeed(); seed < config.firstSeed() + config.seeds(); seed++) {
      Trial trial = Trial.of(seed, input, config);
      progress.accept("seed %d: %s, %s".formatted(seed, trial.log(), trial.guarantee()));
      Result result = resultOf(seed, input, trial, expected);
      results.add(result);
      progress.accept(
          "seed %d: %s; %,d rows, %,d copies of records"
              .formatted(
                  seed,
                  result.differences.isEmpty()
                      ? "the same as without faults"
                      : result.differences.size() + " DIFFERENCES",
                  result.rows(),
                  result.copies));
    }
    return results;
  }

  private Result resultOf(long seed, ChaosInput input, Trial trial, Outcome expected)
      throws InterruptedException {
    List<Fault> happened = new ArrayList<>();
    Map<String, Integer> sizes = Map.of();
    long copies = 0;
    List<String> differences = new ArrayList<>();
    try {
      Outcome found = run("seed-" + seed, input, trial, happened);
      sizes = found.sizes();
      copies = found.copies();
      differences.addAll(found.differencesFrom(expected.with(trial.log().garbage())));
      if (trial.guarantee() == DeliveryGuarantee.EXACTLY_ONCE && copies > 0) {
        differences.add("+ %,d copies of records that were to be there once".formatted(copies));
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      differences.add("seed " + seed + " came to no good end: " + e);
    }
    List<String> told = happened.stream().map(Fault::toString).toList();
    return new Result(seed, told, trial.guarantee(), sizes, copies, differences);
  }

  private Outcome run(String name, ChaosInput input, Trial trial, List<Fault> happened)
      throws Exception {
    Path directory = config.directory().resolve(name);
    try (ChaosRun run = new ChaosRun(config, directory, line -> progress.accept("  " + line))) {
      // Whoever is ended leaves no process behind.
      Thread end = new Thread(run::close, "chaos-end");
      Runtime.getRuntime().addShutdownHook(end);
      try {
        return run.run(input.definitions(), trial, happened);
      } finally {
        Runtime.getRuntime().removeShutdownHook(end);
      }
    }
  }
}
