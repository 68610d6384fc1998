package dev.nudge.cli;

import dev.nudge.bench.BenchConfig;
import dev.nudge.bench.BenchReport;
import dev.nudge.bench.CepBenchmark;
import dev.nudge.bench.ClusterBenchConfig;
import dev.nudge.bench.ClusterBenchmark;
import dev.nudge.bench.ClusterReport;
import dev.nudge.bench.DecideBenchConfig;
import dev.nudge.bench.DecideBenchmark;
import dev.nudge.bench.DecideReport;
import dev.nudge.bench.MeasureBenchConfig;
import dev.nudge.bench.MeasureBenchmark;
import dev.nudge.bench.MeasureReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what it costs, measured on this machine. */
@Command(
    name = "bench",
    description = "Measures on this machine, beside stock Flink.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchCommand.Cep.class,
      BenchCommand.Decide.class,
      BenchCommand.Measure.class,
      BenchCommand.Cluster.class
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "found no benchmark, expected bench cep, bench decide, bench measure or bench cluster");
  }

  /** {@code bench cep}. */
  @Command(
      name = "cep",
      description =
          "Patterns: ours, stock Flink CEP, Flink SQL and none, on the same events in a real Kafka.",
      mixinStandardHelpOptions = true)
  static final class Cep implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--events",
        paramLabel = "N",
        defaultValue = "300000",
        description = "Events of the stream (default: ${DEFAULT-VALUE}).")
    private long events;

    @Option(
        names = "--patterns",
        split = ",",
        paramLabel = "N",
        defaultValue = "1,20,100,1000",
        description = "How many patterns at once (default: ${DEFAULT-VALUE}).")
    private List<Integer> patterns;

    @Option(
        names = "--customers",
        paramLabel = "N",
        defaultValue = "100000",
        description = "Who take turns (default: ${DEFAULT-VALUE}).")
    private int customers;

    @Option(
        names = "--hot",
        paramLabel = "N",
        defaultValue = "10",
        description =
            "Customers with half of all events, on a stream of its own; 0 for none"
                + " (default: ${DEFAULT-VALUE}).")
    private int hot;

    @Mixin private Repeats repeats;

    @Option(
        names = "--only",
        paramLabel = "REGEX",
        description = "Only variants in whose name this is found, such as 'L2|ours rocksdb 20'.")
    private String only;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        defaultValue = "target/bench/cep.json",
        description = "Where the figures go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
      BenchReport report = new CepBenchmark(config(), System.err::println).run();
      tell(spec, out, report.table(), report.json());
      if (!report.allAgree()) {
        spec.commandLine().getErr().println("Not all found the same: see above.");
        return 1;
      }
      return 0;
    }

    private BenchConfig config() {
      try {
        return new BenchConfig(
            events,
            patterns,
            customers,
            hot,
            repeats.runs,
            repeats.parallelism,
            repeats.seed,
            pattern(spec, only));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
    }
  }

  /** {@code bench decide}. */
  @Command(
      name = "decide",
      description = "Decisions, beside reading the same moments from the same real Kafka.",
      mixinStandardHelpOptions = true)
  static final class Decide implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--moments",
        paramLabel = "N",
        defaultValue = "500000",
        description = "Moments of each stream, a week of them (default: ${DEFAULT-VALUE}).")
    private long moments;

    @Option(
        names = "--customers",
        paramLabel = "N",
        defaultValue = "100000",
        description = "Whose moments they are, of all tenants (default: ${DEFAULT-VALUE}).")
    private int customers;

    @Option(
        names = "--tenants",
        split = ",",
        paramLabel = "N",
        defaultValue = "1,20",
        description = "How many tenants share the customers (default: ${DEFAULT-VALUE}).")
    private List<Integer> tenants;

    @Option(
        names = "--campaigns",
        split = ",",
        paramLabel = "N",
        defaultValue = "20,500",
        description =
            "How many campaigns each tenant has, multiples of 20 (default: ${DEFAULT-VALUE}).")
    private List<Integer> campaigns;

    @Mixin private Repeats repeats;

    @Option(
        names = "--only",
        paramLabel = "REGEX",
        description = "Only variants in whose name this is found, such as 'rocksdb, 1 tenant'.")
    private String only;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        defaultValue = "target/bench/decide.json",
        description = "Where the figures go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
      DecideReport report = new DecideBenchmark(config(), System.err::println).run();
      tell(spec, out, report.table(), report.json());
      if (!report.differences().isEmpty()) {
        spec.commandLine().getErr().println("Not all decided the same: see above.");
        return 1;
      }
      return 0;
    }

    private DecideBenchConfig config() {
      try {
        return new DecideBenchConfig(
            moments,
            customers,
            tenants,
            campaigns,
            repeats.runs,
            repeats.parallelism,
            repeats.seed,
            pattern(spec, only));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
    }
  }

  /** {@code bench measure}. */
  @Command(
      name = "measure",
      description = "Measuring: ours and Flink SQL, on the same events and grants in a real Kafka.",
      mixinStandardHelpOptions = true)
  static final class Measure implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--events",
        paramLabel = "N",
        defaultValue = "500000",
        description = "Events of the stream, one in five with a grant (default: ${DEFAULT-VALUE}).")
    private long events;

    @Option(
        names = "--customers",
        paramLabel = "N",
        defaultValue = "100000",
        description = "Who take turns (default: ${DEFAULT-VALUE}).")
    private int customers;

    @Option(
        names = "--campaigns",
        paramLabel = "N",
        defaultValue = "50",
        description = "How many campaigns grants are of (default: ${DEFAULT-VALUE}).")
    private int campaigns;

    @Option(
        names = "--hot",
        paramLabel = "N",
        defaultValue = "3",
        description = "Campaigns with half of all grants (default: ${DEFAULT-VALUE}).")
    private int hot;

    @Mixin private Repeats repeats;

    @Option(
        names = "--only",
        paramLabel = "REGEX",
        description = "Only variants in whose name this is found, such as 'ours|mini-batch'.")
    private String only;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        defaultValue = "target/bench/measure.json",
        description = "Where the figures go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
      MeasureReport report = new MeasureBenchmark(config(), System.err::println).run();
      tell(spec, out, report.table(), report.json());
      if (!report.differences().isEmpty()) {
        spec.commandLine().getErr().println("Not all found the same: see above.");
        return 1;
      }
      return 0;
    }

    private MeasureBenchConfig config() {
      try {
        return new MeasureBenchConfig(
            events,
            customers,
            campaigns,
            hot,
            repeats.runs,
            repeats.parallelism,
            repeats.seed,
            pattern(spec, only));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
    }
  }

  /** {@code bench cluster}. */
  @Command(
      name = "cluster",
      description =
          "A whole deployment as processes on this machine: how much it can, how late triggers come"
              + " at a share of that, how fast it is back after a kill, what checkpoints cost.",
      mixinStandardHelpOptions = true)
  static final class Cluster implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--customers",
        paramLabel = "N",
        defaultValue = "1000000",
        description = "Who has state before anything is measured (default: ${DEFAULT-VALUE}).")
    private int customers;

    @Option(
        names = "--events",
        paramLabel = "N",
        defaultValue = "1000000",
        description = "Worked off at full speed in each run (default: ${DEFAULT-VALUE}).")
    private long events;

    @Option(
        names = "--runs",
        paramLabel = "N",
        defaultValue = "3",
        description =
            "With checkpoints, and as many without; medians are told (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
        names = "--variant",
        paramLabel = "KEY=VALUE[,KEY=VALUE]",
        converter = SettingsConverter.class,
        description = "Settings of Flink to measure beside the deployment's; can be repeated.")
    private List<Map<String, String>> variants = List.of();

    @Option(
        names = "--parallelism",
        paramLabel = "N",
        defaultValue = "2",
        description = "Of each job; so many TaskManagers work (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
        names = "--maximum",
        paramLabel = "N",
        defaultValue = "0",
        description = "Events a second that can come live; looked for if none is given.")
    private int maximum;

    @Option(
        names = "--load",
        paramLabel = "SHARE",
        defaultValue = "0.7",
        description = "Of full speed, while triggers are timed (default: ${DEFAULT-VALUE}).")
    private double load;

    @Option(
        names = "--minutes",
        paramLabel = "M",
        defaultValue = "3",
        description =
            "For how long they are, as deployed and with each --variant (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
        names = "--kills",
        paramLabel = "N",
        defaultValue = "3",
        description = "Of a TaskManager under each load (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
        names = "--kill-load",
        paramLabel = "SHARE",
        split = ",",
        defaultValue = "0.7,0.35",
        description = "Of full speed, while TaskManagers are killed (default: ${DEFAULT-VALUE}).")
    private List<Double> killLoads;

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "1",
        description = "Where the events come from (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin private DeployedFiles deployed;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        defaultValue = "target/bench/cluster.json",
        description = "Where the figures go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws Exception {
      ClusterReport report = new ClusterBenchmark(config(), System.err::println).run();
      tell(spec, out, report.table(), report.json());
      return 0;
    }

    private ClusterBenchConfig config() {
      try {
        return new ClusterBenchConfig(
            deployed.deployment(),
            customers,
            events,
            runs,
            variants,
            parallelism,
            maximum,
            load,
            Duration.ofMillis((long) (minutes * 60_000)),
            kills,
            killLoads,
            seed);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
    }
  }

  /** How often, how widely, and of what chance. */
  static final class Repeats {
    @Option(
        names = "--runs",
        paramLabel = "N",
        defaultValue = "3",
        description = "Of each variant; medians are told (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
        names = "--parallelism",
        paramLabel = "N",
        defaultValue = "2",
        description = "Subtasks (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "1",
        description = "Where the load comes from (default: ${DEFAULT-VALUE}).")
    private long seed;
  }

  private static void tell(CommandSpec spec, Path out, String table, String json)
      throws IOException {
    spec.commandLine().getOut().println(table);
    Files.createDirectories(out.toAbsolutePath().getParent());
    Files.writeString(out, json);
    spec.commandLine().getOut().println("All figures: " + out);
  }

  private static Pattern pattern(CommandSpec spec, String only) {
    try {
      return only == null ? null : Pattern.compile(only);
    } catch (PatternSyntaxException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--only: found " + only + ", expected a regular expression: " + e.getDescription());
    }
  }
}
