package dev.nudge.cli;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.pattern.PatternGraph;
import dev.nudge.pattern.Rule;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks and draws patterns and timers. */
@Command(
    name = "patterns",
    mixinStandardHelpOptions = true,
    description = "Check definitions of patterns and timers, and draw them.")
public final class PatternsCommand implements Runnable {
  private static final int DONE = 0;
  private static final int WRONG = 1;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: check.");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description =
          "Read definition files, and policies for their schemas; tell everything that is wrong with"
              + " them, or draw each pattern.")
  int check(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    boolean allRead = Publishing.read(reader, files, err());
    try {
      for (Rule rule : reader.compiled().values()) {
        out().print(PatternGraph.draw(rule));
        out().println();
      }
      out().flush();
      return allRead ? DONE : WRONG;
    } catch (DefinitionException refused) {
      err().println(refused.getMessage());
      return WRONG;
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
