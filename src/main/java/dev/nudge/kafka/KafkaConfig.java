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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

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

  private static final int FETCH_BYTES = 1 << 16;

  /** Part of what a trigger takes from its event. */
  private static final int FETCH_MILLIS = 20;

  private static final String BOOTSTRAP_SERVERS_PROPERTY = "bootstrap.servers";

  /** Where each client finds what a value names: on its own machine, when it is made. */
  private static final Map<String, String> SECRETS =
      Map.of(
          AbstractConfig.CONFIG_PROVIDERS_CONFIG,
          "env,file,directory",
          "config.providers.env.class",
          EnvVarConfigProvider.class.getName(),
          "config.providers.file.class",
          FileConfigProvider.class.getName(),
          "config.providers.directory.class",
          DirectoryConfigProvider.class.getName());

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]*)}");

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
   * Reads the client properties from a Java properties file, in UTF-8. In a value {@code
   * ${env:NAME}} stands for a variable of the environment, {@code ${file:/path:key}} for a line of
   * another properties file, {@code ${directory:/path:name}} for a file's content: they are looked
   * up wherever a client is made, so a job's graph does not hold them.
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
    properties.forEach(KafkaConfig::refuseUnknownVariable);
    if (!properties.containsKey(AbstractConfig.CONFIG_PROVIDERS_CONFIG)
        && properties.values().stream().anyMatch(value -> value.contains("${"))) {
      properties.putAll(SECRETS);
    }
    return new KafkaConfig(bootstrapServers, topicPrefix, properties);
  }

  /** Kafka would send the text itself as the password. */
  private static void refuseUnknownVariable(String key, String value) {
    Matcher variable = VARIABLE.matcher(value);
    while (variable.find()) {
      if (System.getenv(variable.group(1)) == null) {
        throw new IllegalArgumentException(
            "client properties: %s: found %s, expected a variable that the environment has"
                .formatted(key, variable.group()));
      }
    }
  }

  /** A fresh copy of what every Kafka client needs: the brokers and the client properties. */
  public Properties toProperties() {
    Properties properties = new Properties();
    properties.putAll(clientProperties);
    properties.put(BOOTSTRAP_SERVERS_PROPERTY, bootstrapServers);
    return properties;
  }

  /**
   * The properties of a client that reads all the time, where the deployment's don't say otherwise:
   * a broker answers when it has {@value #FETCH_BYTES} bytes, or after {@value #FETCH_MILLIS} ms.
   * By default it answers each record that comes alone and is asked again at once, which costs both
   * sides more than the record.
   */
  Properties toReadingProperties() {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, Integer.toString(FETCH_BYTES));
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Integer.toString(FETCH_MILLIS));
    properties.putAll(toProperties());
    return properties;
  }

  @Override
  public String toString() {
    return "KafkaConfig[bootstrapServers=%s, topicPrefix=%s, clientProperties=%s (values hidden)]"
        .formatted(bootstrapServers, topicPrefix, new TreeSet<>(clientProperties.keySet()));
  }
}
