package dev.nudge.cli;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicCheck;
import dev.nudge.kafka.Topics;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topics}: creates a deployment's missing topics and checks the others. */
@Command(
    name = "topics",
    description = "Create the topics that are missing, and check the settings of all.",
    mixinStandardHelpOptions = true)
final class TopicsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "12",
      description = "Of topics that are created (default: ${DEFAULT-VALUE}).")
  private int partitions;

  @Option(
      names = "--replication",
      paramLabel = "N",
      defaultValue = "3",
      description = "Copies of each record of topics that are created (default: ${DEFAULT-VALUE}).")
  private short replication;

  @Override
  public Integer call() {
    KafkaConfig config = kafka.config();
    String prefix = config.topicPrefix();
    try (Admin admin = Admin.create(config.toProperties())) {
      TopicCheck check = Topics.create(admin, prefix, partitions, replication);
      check.findings().forEach(spec.commandLine().getErr()::println);
      check
          .layout()
          .partitions()
          .forEach(
              (topic, count) ->
                  spec.commandLine()
                      .getOut()
                      .printf("%s: %d partitions%n", topic.withPrefix(prefix), count));
      return check.findings().isEmpty() ? 0 : 1;
    } catch (KafkaException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }
}
