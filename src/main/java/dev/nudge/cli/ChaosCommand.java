package dev.nudge.cli;

import dev.nudge.chaos.Chaos;
import dev.nudge.chaos.ChaosConfig;
import dev.nudge.chaos.Deployment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chaos}: kills processes of a whole deployment, and compares with a run without. */
@Command(
    name = "chaos",
    description =
        "Starts Flink, Kafka, ZooKeeper and ClickHouse as processes on this machine, kills and"
            + " pauses them while a log is written, and compares all that comes out with a run"
            + " without faults.",
    mixinStandardHelpOptions = true)
final class ChaosCommand implements Callable<Integer> {
  /** Of differences that are printed for a seed; the rest is counted. */
  private static final int SHOWN = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many runs with faults (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--first-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The seed of the first of them (default: ${DEFAULT-VALUE}).")
  private long firstSeed;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "2",
      description = "Over how long records are written in each (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many processes are killed in each run (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--pauses",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many are held still for some seconds (default: ${DEFAULT-VALUE}).")
  private int pauses;

  @Mixin private DeployedFiles deployed;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Logs and data of all runs go there; absent or empty.")
  private Path out;

  @Override
  public Integer call() throws Exception {
    check("--seeds", seeds, 1, 10_000);
    check("--kills", kills, 0, 1_000);
    check("--pauses", pauses, 0, 1_000);
    if (!(minutes > 0 && minutes <= 10_000)) {
      throw refused("--minutes: found " + minutes + ", expected more than 0, 10000 at most");
    }
    Deployment deployment = deployed.deployment();
    makeFolder();
    Duration feedFor = Duration.ofMillis((long) (minutes * 60_000));
    PrintWriter print = spec.commandLine().getOut();
    List<Chaos.Result> results =
        new Chaos(
                new ChaosConfig(deployment, out, firstSeed, seeds, feedFor, kills, pauses),
                line -> {
                  print.println(line);
                  print.flush();
                })
            .run();
    long differing = results.stream().filter(each -> !each.differences().isEmpty()).count();
    for (Chaos.Result each : results) {
      each.differences().stream().limit(SHOWN).forEach(print::println);
    }
    print.printf("%d of %d seeds the same as without faults%n", seeds - differing, seeds);
    return differing == 0 ? 0 : 1;
  }

  private void check(String option, int found, int min, int max) {
    if (found < min || found > max) {
      throw refused("%s: found %d, expected %d to %d".formatted(option, found, min, max));
    }
  }

  private void makeFolder() throws IOException {
    Files.createDirectories(out);
    try (Stream<Path> files = Files.list(out)) {
      if (files.findAny().isPresent()) {
        throw refused("--out: found files in " + out + ", expected an absent or empty folder");
      }
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
