package dev.nudge.cli;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Problem;
import dev.nudge.definition.RuleSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;

/** What the commands that publish definitions have in common: how they read, write and answer. */
final class Publishing {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int REFUSED = 2;

  private final PrintWriter out;
  private final PrintWriter err;
  private final Function<DefinitionVersion, String> name;

  /**
   * The answers of one command.
   *
   * @param name what its lines call a definition
   */
  Publishing(CommandLine command, Function<DefinitionVersion, String> name) {
    this.out = command.getOut();
    this.err = command.getErr();
    this.name = name;
  }

  /** An action that may find what it is given, or what is published, to be wrong. */
  @FunctionalInterface
  interface Action {
    int run() throws DefinitionException;
  }

  /** Runs an action, and tells what is wrong as sentences. */
  int answering(Action action) {
    try {
      return action.run();
    } catch (DefinitionException refused) {
      err.println(refused.getMessage());
      return REFUSED;
    } catch (KafkaException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      err.println("Kafka: " + failure.getMessage() + (cause == failure ? "" : ": " + cause));
      return FAILED;
    }
  }

  /** Reads files, and tells which can't be read; false if there are any. */
  static boolean read(DefinitionReader reader, List<Path> files, PrintWriter err) {
    boolean allRead = true;
    for (Path file : files) {
      try {
        reader.read(file);
      } catch (NoSuchFileException missing) {
        err.println(file + ": no such file");
        allRead = false;
      } catch (IOException unreadable) {
        err.println(file + ": " + unreadable.getMessage());
        allRead = false;
      }
    }
    return allRead;
  }

  /**
   * Publishes definitions that are right, all or none. Without {@code --at} they hold from {@link
   * DefinitionPublisher#LEAD} after the deployment's clock on.
   */
  int apply(
      Deployment deployment, List<Policy> policies, List<RuleSource> rules, ApplyOptions options) {
    Instant effectiveAt =
        options.at() != null ? options.at() : deployment.now().plus(DefinitionPublisher.LEAD);
    try {
      for (DefinitionPublisher.Applied applied :
          deployment.definitions().apply(policies, rules, effectiveAt, options.force())) {
        out.println(line(applied.version()) + (applied.changed() ? "" : ", unchanged"));
      }
      return DONE;
    } catch (DefinitionException refused) {
      err.println(refused.getMessage());
      err.println(
          "What is published already can't be read, or would not fit any more; nothing was written."
              + " --force publishes all the same.");
      return REFUSED;
    }
  }

  /** Prints what is published, and what of it can't be read. */
  int list(Deployment deployment, Predicate<DefinitionVersion> wanted) {
    return answering(
        () -> {
          DefinitionPublisher.Published published = deployment.definitions().list();
          published.definitions().stream().filter(wanted).map(this::line).forEach(out::println);
          for (Problem problem : published.unreadable()) {
            err.println(problem);
          }
          return published.unreadable().isEmpty() ? DONE : FAILED;
        });
  }

  /** A line about a version. */
  String line(DefinitionVersion version) {
    return "%s: version %d, holds from %s"
        .formatted(
            name.apply(version),
            version.version(),
            Instant.ofEpochMilli(version.effectiveAtMillis()));
  }
}
