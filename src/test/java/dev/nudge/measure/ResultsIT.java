package dev.nudge.measure;

import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.TestEvents;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Order;
import dev.nudge.event.Value;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.DefinitionSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.KafkaSinks;
import dev.nudge.kafka.Topics;
import dev.nudge.local.EmbeddedKafka;
import dev.nudge.pattern.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came of an experiment, from the decisions of those who wait to where Decide reads it. */
@SuppressWarnings("try") // Flink's iterator throws whatever it likes on close.
class ResultsIT {
  private static final short ONE = 1;
  private static final Map<String, Long> UNTIL_THE_END = Map.of("given", Long.MAX_VALUE);
  private static final String CAMPAIGN =
      """
      kind: campaign
      tenant: acme
      id: eleven
      trigger: {schedule: "2026-01-05T09:00"}
      channels: [PUSH]
      variants: [{id: A, weight: 50}, {id: B, weight: 50}]
      experiment: {explore: 10, decideAfter: 2 h, then: BEST}
      """;

  @TempDir Path directory;

  @Test
  void thoseWhoWaitAreToldOnceByTheTopicOfCampaigns() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start(directory, 0)) {
      KafkaConfig kafka = broker.config("nudge.");
      try (Admin admin = Admin.create(kafka.toProperties())) {
        Topics.create(admin, "nudge.", 2, ONE).orThrow();
      }

      measure(kafka);

      assertThat(DefinitionSource.newestOffsets(kafka)).containsEntry("nudge.campaigns", 0L);
      assertThat(read(kafka))
          .isEqualTo(
              DefinitionVersion.of(
                  ExperimentResult.of("acme", "eleven", 1, "B", START + 2 * HOUR)));
    }
  }

  private static void measure(KafkaConfig kafka) throws Exception {
    StreamExecutionEnvironment env = environment();
    DataStream<CustomerEvent> told =
        env.fromData(story(), TypeInformation.of(CustomerEvent.class))
            .uid("test-told-v1")
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<CustomerEvent>forGenerator(context -> new BehindEach())
                    .withTimestampAssigner((event, none) -> event.atMillis()))
            .uid("test-time-v1");
    DataStream<DefinitionVersion> versions =
        MeasureTopology.versions(
            env.fromData(
                    TypeInformation.of(DefinitionRecord.class),
                    DefinitionRecord.of(
                        DefinitionVersion.of(
                            new RuleVersion(
                                "acme",
                                Rule.Kind.CAMPAIGN,
                                "eleven",
                                1,
                                0,
                                OnChange.DROP,
                                CAMPAIGN,
                                false)),
                        "given",
                        0))
                .uid("test-definitions-v1"),
            UNTIL_THE_END);
    MeasureTopology.Outputs outputs =
        MeasureTopology.define(
            told,
            versions,
            IngestConfig.from(new Configuration()),
            MeasureConfig.from(new Configuration()));
    KafkaSinks.results(outputs.results(), kafka);
    env.execute();
  }

  /** Both variants are sent twice, and one customer of B pays; forty others wait. */
  private static List<CustomerEvent> story() {
    List<CustomerEvent> story = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      story.add(decision("c" + i, DecisionCode.SENT, null, Map.of(), i % 2 == 0 ? "A" : "B"));
    }
    for (int i = 4; i < 44; i++) {
      story.add(
          decision(
              "c" + i,
              DecisionCode.DEFERRED,
              DeferReason.WAITS_FOR_WINNER,
              Map.of("dueAgain", Value.string("2026-01-05T11:00:10Z")),
              null));
    }
    story.add(paid("c1", START + HOUR));
    // It is not looked at before 11:00, and nothing after it counts.
    story.add(paid("c0", START + 2 * HOUR));
    story.add(paid("c2", START + 2 * HOUR));
    story.add(paid("c9", START + 3 * HOUR));
    return story;
  }

  private static CustomerEvent decision(
      String customer,
      DecisionCode code,
      DeferReason reason,
      Map<String, Value> values,
      String variant) {
    boolean sent = code == DecisionCode.SENT;
    return CustomerEvent.of(
        new Decision(
            "d" + customer,
            "acme",
            customer,
            "eleven",
            1,
            "m" + customer,
            START,
            START + MINUTE,
            code,
            reason,
            values,
            null,
            variant,
            sent ? "PUSH" : null,
            null,
            sent ? "t" + customer : null,
            sent ? "g" + customer : null));
  }

  private static CustomerEvent paid(String customer, long atMillis) {
    Order order = TestEvents.paid(TestEvents.ANNA, atMillis, "o1").order();
    return new CustomerEvent(
        "acme", customer, "p" + customer, atMillis, null, order, null, null, new byte[0]);
  }

  private static DefinitionVersion read(KafkaConfig kafka) throws Exception {
    try (CloseableIterator<DefinitionRecord> records =
        environment()
            .fromSource(
                DefinitionSource.of(kafka, "test"), WatermarkStrategy.noWatermarks(), "definitions")
            .uid("test-read-v1")
            .setParallelism(1)
            .executeAndCollect()) {
      return records.next().version();
    }
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    return StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
  }

  /** Time is known as soon as an event tells it. */
  private static final class BehindEach implements WatermarkGenerator<CustomerEvent> {
    @Override
    public void onEvent(CustomerEvent event, long atMillis, WatermarkOutput output) {
      output.emitWatermark(new Watermark(atMillis - 1));
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      // Each event has said it.
    }
  }
}
