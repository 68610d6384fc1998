package dev.nudge.cli;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleSource;
import dev.nudge.event.Topic;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.Rehearsal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rehearse}: the past again, from files to files. */
@Command(
    name = "rehearse",
    description =
        "Runs the topologies over files: no broker, no database, the same bytes each time.",
    mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--orders", arity = "1..*", paramLabel = "FILE", description = "Order records.")
  private List<Path> orders = List.of();

  @Option(
      names = "--clickstream",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Shop events.")
  private List<Path> clickstream = List.of();

  @Option(names = "--profiles", arity = "1..*", paramLabel = "FILE", description = "Profiles.")
  private List<Path> profiles = List.of();

  @Option(names = "--deliveries", arity = "1..*", paramLabel = "FILE", description = "Receipts.")
  private List<Path> deliveries = List.of();

  @Option(
      names = "--decisions",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Decision rows: nothing is decided then, what came of these is measured.")
  private List<Path> decisions = List.of();

  @Option(
      names = "--triggers",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Triggers of these decisions; they add nothing, for a decision tells its trigger's id.")
  private List<Path> triggers = List.of();

  @Option(
      names = "--policy",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Policies; one that names no tenant holds for every tenant.")
  private List<Path> policies = List.of();

  @Option(
      names = "--campaigns",
      paramLabel = "DIR",
      description =
          "A folder of definitions of every kind, .yaml, .yml or .json; one that names no tenant"
              + " holds for every tenant.")
  private Path campaigns;

  @Option(
      names = "--until",
      paramLabel = "ISO",
      converter = InstantConverter.class,
      description = "The end of the world; default: the last usable record.")
  private Instant until;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks (default: ${DEFAULT-VALUE}); the results do not depend on it.")
  private int parallelism;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where results go.")
  private Path out;

  @Override
  public Integer call() throws Exception {
    List<InputFile> inputs = new ArrayList<>();
    add(inputs, Topic.PROFILES, profiles);
    add(inputs, Topic.ORDERS, orders);
    add(inputs, Topic.DELIVERIES, deliveries);
    add(inputs, Topic.CLICKSTREAM, clickstream);
    add(inputs, Topic.DECISIONS, decisions);
    triggers.forEach(file -> requireReadable("triggers", file));
    if (inputs.isEmpty()) {
      throw refused(
          "no input: expected at least one of --orders, --clickstream, --profiles, --deliveries,"
              + " --decisions");
    }
    if (parallelism < 1 || parallelism > 128) {
      throw refused("--parallelism: found " + parallelism + ", expected 1 to 128");
    }
    List<Policy> inForce;
    List<RuleSource> rules;
    try {
      DefinitionReader reader = definitions();
      inForce = reader.policies();
      rules = reader.rules();
    } catch (DefinitionException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    makeFolder();
    Rehearsal.Summary summary =
        new Rehearsal(inputs, inForce, rules, until, parallelism, out).run(progress());
    if (CommandLine.Help.Ansi.AUTO.enabled()) {
      System.err.print("\r\u001b[K");
    }
    PrintWriter print = spec.commandLine().getOut();
    print.printf(
        "%,d records read, %,d of them unusable, %,d after the end at %s; %.1f s. Results in %s%n",
        summary.records(),
        summary.unusable(),
        summary.skipped(),
        summary.until() == null ? "no time" : summary.until(),
        summary.millis() / 1000.0,
        out);
    if (summary.unusable() > 0) {
      print.println("What could not be used, and why: " + out.resolve("dead_letters.jsonl"));
    }
    return 0;
  }

  private void makeFolder() {
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw refused("--out: found " + out + ", expected a folder that can be made and written");
    }
  }

  private DefinitionReader definitions() throws IOException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    try {
      for (Path file : policies) {
        reader.read(file);
      }
    } catch (NoSuchFileException e) {
      throw refused("--policy: found no readable file " + e.getFile());
    }
    if (campaigns != null) {
      for (Path file : files(campaigns)) {
        reader.read(file);
      }
    }
    return reader;
  }

  /** In the order of their names, which is the order in which rules of one event speak. */
  private List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw refused("--campaigns: found " + folder + ", expected a folder");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(".*\\.(ya?ml|json)"))
          .sorted()
          .toList();
    }
  }

  private void add(List<InputFile> inputs, Topic topic, List<Path> files) {
    for (Path file : files) {
      requireReadable(topic.plainName(), file);
      inputs.add(new InputFile(topic, file.toString()));
    }
  }

  private void requireReadable(String option, Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw refused("--" + option + ": found no readable file " + file);
    }
  }

  /** One line that is written over and over, on a terminal only. */
  private static Rehearsal.Progress progress() {
    if (!CommandLine.Help.Ansi.AUTO.enabled()) {
      return (done, total) -> {};
    }
    return new Rehearsal.Progress() {
      @Override
      public void read(long done, long total) {
        show("%,d of %,d records (%d %%)".formatted(done, total, 100 * done / Math.max(1, total)));
      }

      @Override
      public void doing(Step step, String file) {
        show((step == Step.SURVEY ? "Looking through " : "Writing ") + file);
      }

      private void show(String text) {
        System.err.print("\r" + text + "\u001b[K");
      }
    };
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
