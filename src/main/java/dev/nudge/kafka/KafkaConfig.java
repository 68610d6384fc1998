package dev.nudge.kafka;

import dev.nudge.ingest.JobArguments;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;

/**
 * Where the brokers are, how to sign on, and how the topics are called.
 *
 * <p>Client properties often hold passwords: {@link #toString()} shows their keys and never a
 * value.
 *
 * @param bootstrapServers {@code host:port}, several separated by commas
 * @param topicPrefix what stands before every topic's plain name, {@code nudge.}; may be empty
 * @param clientProperties further properties of every Kafka client, such as TLS and SASL
 */
public record KafkaConfig(
    String bootstrapServers, String topicPrefix, Map<String, String> clientProperties) {

  /** What stands before topic names unless the deployment says otherwise. */
  public static final String DEFAULT_TOPIC_PREFIX = "nudge.";

  private static final String BOOTSTRAP_SERVERS_PROPERTY = "bootstrap.servers";

  static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("Brokers, host:port, several separated by commas.");

  static final ConfigOption<String> TOPIC_PREFIX =
      ConfigOptions.key("kafka.topic-prefix")
          .stringType()
          .defaultValue(DEFAULT_TOPIC_PREFIX)
          .withDescription("What stands before every topic's name.");

  static final ConfigOption<String> KAFKA_PROPERTIES_FILE =
      ConfigOptions.key("kafka.properties-file")
          .stringType()
          .noDefaultValue()
          .withDescription("A file of client properties, such as TLS and SASL.");

  /** Every key of this room. */
  public static final List<ConfigOption<?>> OPTIONS =
      List.of(BOOTSTRAP_SERVERS, TOPIC_PREFIX, KAFKA_PROPERTIES_FILE);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   */
  public KafkaConfig {
    if (bootstrapServers == null || bootstrapServers.isBlank()) {
      throw new IllegalArgumentException(
          "kafka.bootstrap-servers: found '%s', expected host:port[,host:port...]"
              .formatted(bootstrapServers));
    }
    if (topicPrefix == null || !topicPrefix.matches("[a-zA-Z0-9._-]{0,200}")) {
      throw new IllegalArgumentException(
          "kafka.topic-prefix: found '%s', expected up to 200 letters, digits, '.', '_' or '-'"
              .formatted(topicPrefix));
    }
    if (clientProperties.containsKey(BOOTSTRAP_SERVERS_PROPERTY)) {
      throw new IllegalArgumentException(
          "bootstrap.servers stands among the client properties, expected it in"
              + " kafka.bootstrap-servers only");
    }
    clientProperties = Map.copyOf(clientProperties);
  }

  /**
   * Reads the room's keys.
   *
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   * @throws IOException if the file of client properties can't be read
   */
  public static KafkaConfig from(Configuration config) throws IOException {
    String servers = JobArguments.required(config, BOOTSTRAP_SERVERS);
    String prefix = config.get(TOPIC_PREFIX);
    String file = config.get(KAFKA_PROPERTIES_FILE);
    if (file == null) {
      return new KafkaConfig(servers, prefix, Map.of());
    }
    try {
      return load(servers, prefix, Path.of(file));
    } catch (IOException e) {
      throw JobArguments.unreadable(KAFKA_PROPERTIES_FILE.key(), file, e);
    }
  }

  /** Brokers without encryption or sign-on, topics with the default prefix. */
  public static KafkaConfig of(String bootstrapServers) {
    return new KafkaConfig(bootstrapServers, DEFAULT_TOPIC_PREFIX, Map.of());
  }

  /**
   * Reads the client properties from a Java properties file, in UTF-8.
   *
   * @throws IOException if the file can't be read
   * @throws IllegalArgumentException as the constructor does
   */
  public static KafkaConfig load(String bootstrapServers, String topicPrefix, Path propertiesFile)
      throws IOException {
    Properties loaded = new Properties();
    try (Reader in = Files.newBufferedReader(propertiesFile, StandardCharsets.UTF_8)) {
      loaded.load(in);
    }
    Map<String, String> properties = new TreeMap<>();
    loaded.stringPropertyNames().forEach(key -> properties.put(key, loaded.getProperty(key)));
    return new KafkaConfig(bootstrapServers, topicPrefix, properties);
  }

  /** A fresh copy of what every Kafka client needs: the brokers and the client properties. */
  public Properties toProperties() {
    Properties properties = new Properties();
    properties.putAll(clientProperties);
    properties.put(BOOTSTRAP_SERVERS_PROPERTY, bootstrapServers);
    return properties;
  }

  @Override
  public String toString() {
    return "KafkaConfig[bootstrapServers=%s, topicPrefix=%s, clientProperties=%s (values hidden)]"
        .formatted(bootstrapServers, topicPrefix, new TreeSet<>(clientProperties.keySet()));
  }
}
