package dev.nudge.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;

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

  private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

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
    if (clientProperties.containsKey(BOOTSTRAP_SERVERS)) {
      throw new IllegalArgumentException(
          "bootstrap.servers stands among the client properties, expected it in"
              + " kafka.bootstrap-servers only");
    }
    clientProperties = Map.copyOf(clientProperties);
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
    properties.put(BOOTSTRAP_SERVERS, bootstrapServers);
    return properties;
  }

  @Override
  public String toString() {
    return "KafkaConfig[bootstrapServers=%s, topicPrefix=%s, clientProperties=%s (values hidden)]"
        .formatted(bootstrapServers, topicPrefix, new TreeSet<>(clientProperties.keySet()));
  }
}
