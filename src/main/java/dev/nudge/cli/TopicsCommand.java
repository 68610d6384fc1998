package dev.nudge.cli;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.KafkaRefusal;
import dev.nudge.kafka.TopicCheck;
import dev.nudge.kafka.Topics;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
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
  private static final int ANSWER_MILLIS = 15_000;

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
    Properties clients = config.toProperties();
    // A person waits: a quarter of a minute tells whether a broker is there.
    clients.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    clients.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    try (Admin admin = Admin.create(clients)) {
      TopicCheck check = Topics.create(admin, prefix, partitions, replication);
      check.findings().forEach(spec.commandLine().getErr()::println);
      check.risks().forEach(risk -> spec.commandLine().getErr().println("warning: " + risk));
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
      spec.commandLine()
          .getErr()
          .println("Kafka at " + config.bootstrapServers() + ": " + KafkaRefusal.of(e));
      return 1;
    }
  }
}
