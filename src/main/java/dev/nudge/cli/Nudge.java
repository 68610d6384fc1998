package dev.nudge.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The command line: {@code java -jar nudge.jar VERB}. */
@Command(
    name = "nudge",
    description = "Real-time lifecycle marketing for e-commerce.",
    mixinStandardHelpOptions = true,
    subcommands = {
      LocalCommand.class,
      RehearseCommand.class,
      BenchCommand.class,
      ChaosCommand.class,
      TopicsCommand.class,
      TablesCommand.class,
      EraseCommand.class,
      PatternsCommand.class,
      ConsoleCommand.class,
      DeadLettersCommand.class,
      WhyCommand.class
    })
public final class Nudge {
  private Nudge() {}

  /** Runs a verb and exits with its code: 0 done, 1 failed, 2 refused for what was given. */
  public static void main(String[] args) {
    CommandLine nudge = new CommandLine(new Nudge());
    nudge.addSubcommand(new PolicyCommand(Deployment.ON_KAFKA));
    nudge.addSubcommand(new CampaignsCommand(Deployment.ON_KAFKA));
    nudge.addSubcommand(new DefinitionsCommand(Deployment.ON_KAFKA));
    nudge.setCaseInsensitiveEnumValuesAllowed(true);
    nudge.setExecutionExceptionHandler(Nudge::failed);
    System.exit(nudge.execute(args));
  }

  /** What went wrong on the way, as sentences: a stack trace helps nobody who runs a command. */
  private static int failed(Exception failure, CommandLine command, ParseResult parsed) {
    command.getErr().println(failure.getMessage() == null ? failure : failure.getMessage());
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      command.getErr().println("  because: " + cause.getMessage());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}
