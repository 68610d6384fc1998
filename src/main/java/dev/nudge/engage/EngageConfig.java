package dev.nudge.engage;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.decide.DecideConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.KafkaConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.util.ParameterTool;

/**
 * What the Engage job is told.
 *
 * @param kafka the brokers
 * @param clickHouse the database
 * @param ingest how records are taken in
 * @param decide how decisions are made
 * @param guarantee how records are written to Kafka
 */
public record EngageConfig(
    KafkaConfig kafka,
    ClickHouseConfig clickHouse,
    IngestConfig ingest,
    DecideConfig decide,
    DeliveryGuarantee guarantee) {

  /** The argument that names a properties file; every other argument overrules a key of it. */
  static final String CONFIG_FILE = "config";

  /** Where the database's password stands when no file is named. */
  static final String PASSWORD_VARIABLE = "NUDGE_CLICKHOUSE_PASSWORD";

  static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("Brokers, host:port, several separated by commas.");

  static final ConfigOption<String> TOPIC_PREFIX =
      ConfigOptions.key("kafka.topic-prefix")
          .stringType()
          .defaultValue(KafkaConfig.DEFAULT_TOPIC_PREFIX)
          .withDescription("What stands before every topic's name.");

  static final ConfigOption<String> KAFKA_PROPERTIES_FILE =
      ConfigOptions.key("kafka.properties-file")
          .stringType()
          .noDefaultValue()
          .withDescription("A file of client properties, such as TLS and SASL.");

  /** A text, since Flink would read this enum by its display names, {@code at-least-once}. */
  static final ConfigOption<String> DELIVERY_GUARANTEE =
      ConfigOptions.key("kafka.delivery-guarantee")
          .stringType()
          .defaultValue(DeliveryGuarantee.AT_LEAST_ONCE.name())
          .withDescription("AT_LEAST_ONCE, or EXACTLY_ONCE: then visible after each checkpoint.");

  static final ConfigOption<String> CLICKHOUSE_URL =
      ConfigOptions.key("clickhouse.url")
          .stringType()
          .noDefaultValue()
          .withDescription("jdbc:clickhouse://host:port");

  static final ConfigOption<String> CLICKHOUSE_USER =
      ConfigOptions.key("clickhouse.user")
          .stringType()
          .defaultValue("default")
          .withDescription("Who writes the tables.");

  static final ConfigOption<String> CLICKHOUSE_PASSWORD_FILE =
      ConfigOptions.key("clickhouse.password-file")
          .stringType()
          .noDefaultValue()
          .withDescription("A file with the password; else the environment's " + PASSWORD_VARIABLE);

  /** Every key of the job. */
  public static final List<ConfigOption<?>> OPTIONS = options();

  private static List<ConfigOption<?>> options() {
    List<ConfigOption<?>> all = new ArrayList<>(IngestConfig.OPTIONS);
    all.addAll(DecideConfig.OPTIONS);
    all.addAll(
        List.of(
            BOOTSTRAP_SERVERS,
            TOPIC_PREFIX,
            KAFKA_PROPERTIES_FILE,
            DELIVERY_GUARANTEE,
            CLICKHOUSE_URL,
            CLICKHOUSE_USER,
            CLICKHOUSE_PASSWORD_FILE));
    return List.copyOf(all);
  }

  /**
   * Reads {@code --config FILE} and {@code --key value} arguments.
   *
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   * @throws IOException if a file can't be read
   */
  public static EngageConfig from(String[] arguments, Map<String, String> environment)
      throws IOException {
    Map<String, String> given = new HashMap<>(ParameterTool.fromArgs(arguments).toMap());
    Map<String, String> values = new HashMap<>();
    String file = given.remove(CONFIG_FILE);
    if (file != null) {
      Properties properties = new Properties();
      try (Reader in = Files.newBufferedReader(Path.of(file))) {
        properties.load(in);
      } catch (IOException e) {
        throw unreadable(CONFIG_FILE, file, e);
      }
      properties.stringPropertyNames().forEach(k -> values.put(k, properties.getProperty(k)));
    }
    values.putAll(given);
    refuseUnknown(values);
    Configuration config = Configuration.fromMap(values);
    return new EngageConfig(
        kafka(config),
        new ClickHouseConfig(
            required(config, CLICKHOUSE_URL),
            config.get(CLICKHOUSE_USER),
            password(config, environment)),
        IngestConfig.from(config),
        DecideConfig.from(config),
        guarantee(config.get(DELIVERY_GUARANTEE)));
  }

  private static void refuseUnknown(Map<String, String> values) {
    TreeSet<String> known = new TreeSet<>();
    OPTIONS.forEach(option -> known.add(option.key()));
    for (String key : new TreeSet<>(values.keySet())) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            key + ": found an unknown key, expected one of " + known);
      }
    }
  }

  private static KafkaConfig kafka(Configuration config) throws IOException {
    String servers = required(config, BOOTSTRAP_SERVERS);
    String prefix = config.get(TOPIC_PREFIX);
    String file = config.get(KAFKA_PROPERTIES_FILE);
    if (file == null) {
      return new KafkaConfig(servers, prefix, Map.of());
    }
    try {
      return KafkaConfig.load(servers, prefix, Path.of(file));
    } catch (IOException e) {
      throw unreadable(KAFKA_PROPERTIES_FILE.key(), file, e);
    }
  }

  private static DeliveryGuarantee guarantee(String name) {
    return switch (name) {
      case "AT_LEAST_ONCE" -> DeliveryGuarantee.AT_LEAST_ONCE;
      case "EXACTLY_ONCE" -> DeliveryGuarantee.EXACTLY_ONCE;
      default ->
          throw new IllegalArgumentException(
              "%s: found %s, expected AT_LEAST_ONCE or EXACTLY_ONCE"
                  .formatted(DELIVERY_GUARANTEE.key(), name));
    };
  }

  private static String password(Configuration config, Map<String, String> environment)
      throws IOException {
    String file = config.get(CLICKHOUSE_PASSWORD_FILE);
    if (file == null) {
      return environment.getOrDefault(PASSWORD_VARIABLE, "");
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw unreadable(CLICKHOUSE_PASSWORD_FILE.key(), file, e);
    }
  }

  /** Java says no more than the file's name, and nobody would know whose key it is. */
  private static IOException unreadable(String key, String file, IOException e) {
    return new IOException(
        "%s: found %s, expected a file that can be read".formatted(key, file), e);
  }

  private static String required(Configuration config, ConfigOption<String> option) {
    String value = config.get(option);
    if (value == null) {
      throw new IllegalArgumentException(option.key() + ": found nothing, expected a value");
    }
    return value;
  }
}
