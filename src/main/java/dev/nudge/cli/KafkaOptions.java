package dev.nudge.cli;

import dev.nudge.kafka.KafkaConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a deployment's topics are, and how to sign on. Secrets stand in the properties file. */
final class KafkaOptions {
  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      required = true,
      description = "A broker of the deployment.")
  private String bootstrapServers;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      defaultValue = KafkaConfig.DEFAULT_TOPIC_PREFIX,
      description = "What the topics' names begin with (default: ${DEFAULT-VALUE}).")
  private String topicPrefix;

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description = "Properties of every client, such as TLS and SASL.")
  private Path properties;

  KafkaConfig config() {
    try {
      return properties == null
          ? new KafkaConfig(bootstrapServers, topicPrefix, Map.of())
          : KafkaConfig.load(bootstrapServers, topicPrefix, properties);
    } catch (IOException e) {
      throw new UncheckedIOException("--kafka-properties: found no readable file " + properties, e);
    }
  }
}
