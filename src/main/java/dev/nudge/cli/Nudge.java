package dev.nudge.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code java -jar nudge.jar VERB}. */
@Command(
    name = "nudge",
    description = "Real-time lifecycle marketing for e-commerce.",
    mixinStandardHelpOptions = true,
    subcommands = {RehearseCommand.class})
public final class Nudge {
  private Nudge() {}

  /** Runs a verb and exits with its code: 0 done, 1 failed, 2 refused for what was given. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Nudge()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }
}
