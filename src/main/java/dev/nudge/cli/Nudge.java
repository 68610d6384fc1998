package dev.nudge.cli;

import dev.nudge.kafka.DeploymentClock;
import dev.nudge.kafka.KafkaConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code java -jar nudge.jar VERB}. */
@Command(
    name = "nudge",
    description = "Real-time lifecycle marketing for e-commerce.",
    mixinStandardHelpOptions = true,
    subcommands = {
      LocalCommand.class,
      RehearseCommand.class,
      TopicsCommand.class,
      TablesCommand.class,
      ConsoleCommand.class
    })
public final class Nudge {
  private Nudge() {}

  /** Runs a verb and exits with its code: 0 done, 1 failed, 2 refused for what was given. */
  public static void main(String[] args) {
    CommandLine nudge = new CommandLine(new Nudge());
    nudge.addSubcommand(new PolicyCommand(Nudge::deploymentTime));
    nudge.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(nudge.execute(args));
  }

  private static Instant deploymentTime(Map<String, Object> clients, String topicPrefix) {
    Map<String, String> properties = new TreeMap<>();
    clients.forEach((key, value) -> properties.put(key, value.toString()));
    String servers = properties.remove("bootstrap.servers");
    return new DeploymentClock(new KafkaConfig(servers, topicPrefix, properties), Clock.systemUTC())
        .now();
  }
}
