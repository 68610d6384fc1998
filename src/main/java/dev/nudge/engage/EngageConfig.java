package dev.nudge.engage;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.decide.DecideConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.JobArguments;
import dev.nudge.kafka.KafkaConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;

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

  /** A text, since Flink would read this enum by its display names, {@code at-least-once}. */
  static final ConfigOption<String> DELIVERY_GUARANTEE =
      ConfigOptions.key("kafka.delivery-guarantee")
          .stringType()
          .defaultValue(DeliveryGuarantee.AT_LEAST_ONCE.name())
          .withDescription("AT_LEAST_ONCE, or EXACTLY_ONCE: then visible after each checkpoint.");

  /** Every key of the job. */
  public static final List<ConfigOption<?>> OPTIONS =
      Stream.of(
              IngestConfig.OPTIONS,
              DecideConfig.OPTIONS,
              KafkaConfig.OPTIONS,
              List.of(DELIVERY_GUARANTEE),
              ClickHouseConfig.OPTIONS)
          .<ConfigOption<?>>flatMap(List::stream)
          .toList();

  /**
   * Reads {@code --config FILE} and {@code --key value} arguments.
   *
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   * @throws IOException if a file can't be read
   */
  public static EngageConfig from(String[] arguments, Map<String, String> environment)
      throws IOException {
    Configuration config = JobArguments.read(arguments, OPTIONS);
    return new EngageConfig(
        KafkaConfig.from(config),
        ClickHouseConfig.from(config, environment),
        IngestConfig.from(config),
        DecideConfig.from(config),
        guarantee(config.get(DELIVERY_GUARANTEE)));
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
}
