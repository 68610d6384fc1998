package dev.nudge.measure;

import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.JobArguments;
import dev.nudge.kafka.KafkaConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * What the Measure job is told.
 *
 * @param kafka the brokers
 * @param clickHouse the database
 * @param ingest how records are taken in: as Engage does, or decisions and events would meet in
 *     another order
 * @param measure how it is measured
 */
public record MeasureJobConfig(
    KafkaConfig kafka, ClickHouseConfig clickHouse, IngestConfig ingest, MeasureConfig measure) {

  /** Every key of the job. */
  public static final List<ConfigOption<?>> OPTIONS =
      Stream.of(
              IngestConfig.OPTIONS,
              MeasureConfig.OPTIONS,
              KafkaConfig.OPTIONS,
              ClickHouseConfig.OPTIONS)
          .<ConfigOption<?>>flatMap(List::stream)
          .toList();

  /**
   * Reads {@code --config FILE} and {@code --key value} arguments.
   *
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   * @throws IOException if a file can't be read
   */
  public static MeasureJobConfig from(String[] arguments, Map<String, String> environment)
      throws IOException {
    Configuration config = JobArguments.read(arguments, OPTIONS);
    return new MeasureJobConfig(
        KafkaConfig.from(config),
        ClickHouseConfig.from(config, environment),
        IngestConfig.from(config),
        MeasureConfig.from(config));
  }
}
