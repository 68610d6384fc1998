package dev.nudge.engage;

import dev.nudge.decide.DecideConfig;
import dev.nudge.decide.DecideTopology;
import dev.nudge.definition.DefinitionOperator;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.detect.DetectFunction;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.Decision;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import dev.nudge.event.Trigger;
import dev.nudge.ingest.CustomerOperator;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.IngestFunction;
import dev.nudge.ingest.Ingested;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The dataflow of Engage, without its sources and sinks: the one under test is the one that ships.
 */
public final class EngageTopology {
  private EngageTopology() {}

  /**
   * What the job says.
   *
   * @param events what was accepted of the customer topics, copies among it
   * @param definitions what is in force, and a watermark behind what stood at the first start
   * @param moments everything noticed, customer by customer in order
   * @param stageChanges the moments that are stage changes, as rows
   * @param anomalies the moments that are anomalies: with their ids, which tell two of a kind at
   *     one instant apart
   * @param decisions a row for whatever became of each candidate
   * @param triggers what is sent
   * @param deadLetters records that could not be used
   */
  public record Outputs(
      DataStream<CustomerEvent> events,
      DataStream<DefinitionVersion> definitions,
      DataStream<Moment> moments,
      DataStream<StageChange> stageChanges,
      DataStream<Moment> anomalies,
      DataStream<Decision> decisions,
      DataStream<Trigger> triggers,
      DataStream<DeadLetter> deadLetters) {}

  /**
   * Lays the dataflow: records to events, events to each customer's order, order to moments,
   * moments to decisions.
   *
   * @param newestDefinitions by topic, how far definitions must have been read before anything
   *     happens; -1 for an empty topic
   */
  public static Outputs define(
      DataStream<Ingested> ingested,
      DataStream<DefinitionRecord> definitions,
      Map<String, Long> newestDefinitions,
      IngestConfig config,
      DecideConfig decide) {

    SingleOutputStreamOperator<CustomerEvent> accepted =
        ingested
            .process(new IngestFunction(), TypeInformation.of(CustomerEvent.class))
            .uid("engage-events-v1")
            .name("Events");

    SingleOutputStreamOperator<DefinitionVersion> versions =
        definitions
            .transform(
                "Definitions",
                TypeInformation.of(DefinitionVersion.class),
                new DefinitionOperator(newestDefinitions))
            .uid("engage-definitions-v1")
            .setParallelism(1);

    SingleOutputStreamOperator<Moment> moments =
        accepted
            .keyBy(CustomerEvent::key, TypeInformation.of(CustomerKey.class))
            .connect(versions.broadcast())
            .transform(
                "Detect",
                TypeInformation.of(Moment.class),
                new CustomerOperator<>(new DetectFunction(), config))
            .uid("engage-detect-v2");

    DataStream<StageChange> stageChanges =
        moments
            .filter(moment -> moment.stageChange() != null)
            .uid("engage-stage-moments-v1")
            .name("Stage moments")
            .map(Moment::stageChange, TypeInformation.of(StageChange.class))
            .uid("engage-stage-changes-v1")
            .name("Stage changes");

    DataStream<Moment> anomalies =
        moments
            .filter(moment -> moment.anomaly() != null)
            .uid("engage-anomaly-moments-v1")
            .name("Anomaly moments");

    DecideTopology.Outputs decided =
        DecideTopology.define(
            moments.getSideOutput(DetectFunction.EVENTS), moments, versions, decide);

    DataStream<DeadLetter> deadLetters =
        accepted
            .getSideOutput(IngestFunction.DEAD_LETTERS)
            .union(versions.getSideOutput(IngestFunction.DEAD_LETTERS));

    return new Outputs(
        accepted,
        versions,
        moments,
        stageChanges,
        anomalies,
        decided.decisions(),
        decided.triggers(),
        deadLetters);
  }
}
