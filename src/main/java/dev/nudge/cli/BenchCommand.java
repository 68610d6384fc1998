package dev.nudge.cli;

import dev.nudge.bench.BenchConfig;
import dev.nudge.bench.BenchReport;
import dev.nudge.bench.CepBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what it costs, measured on this machine. */
@Command(
    name = "bench",
    description = "Measures on this machine, beside stock Flink.",
    mixinStandardHelpOptions = true,
    subcommands = BenchCommand.Cep.class)
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "found no benchmark, expected bench cep");
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
        description = "Where the events come from (default: ${DEFAULT-VALUE}).")
    private long seed;

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
      spec.commandLine().getOut().println(report.table());
      Files.createDirectories(out.toAbsolutePath().getParent());
      Files.writeString(out, report.json());
      spec.commandLine().getOut().println("All figures: " + out);
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
            runs,
            parallelism,
            seed,
            only == null ? null : Pattern.compile(only));
      } catch (PatternSyntaxException e) {
        throw new ParameterException(
            spec.commandLine(),
            "--only: found " + only + ", expected a regular expression: " + e.getDescription());
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
    }
  }
}
