package dev.nudge.measure;

import dev.nudge.definition.DefinitionOperator;
import dev.nudge.definition.DefinitionRecord;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.CustomerKey;
import dev.nudge.ingest.CustomerOperator;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.IngestFunction;
import dev.nudge.ingest.Ingested;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The dataflow of Measure, without its sources and sinks: the one under test is the one that ships.
 */
public final class MeasureTopology {
  private MeasureTopology() {}

  /**
   * What is measured.
   *
   * @param rows of every {@link TallyTable}, as absolute values
   * @param steps who reached which step
   * @param grants who was sent or held back
   * @param sentVersions versions of campaigns that are sent; of one version the earliest counts
   * @param arms how arms of campaigns stand
   * @param results what came of experiments, for whoever decides
   * @param measured up to when everything has been counted, epoch milliseconds, now and then
   */
  public record Outputs(
      DataStream<Tally> rows,
      DataStream<StepRow> steps,
      DataStream<GrantRow> grants,
      DataStream<SentVersion> sentVersions,
      DataStream<ArmRow> arms,
      DataStream<ExperimentResult> results,
      DataStream<Long> measured) {}

  /** Records to events; dead letters are Engage's to keep, here they are counted. */
  public static SingleOutputStreamOperator<CustomerEvent> events(DataStream<Ingested> ingested) {
    return ingested
        .process(new IngestFunction(), TypeInformation.of(CustomerEvent.class))
        .uid("measure-events-v1")
        .name("Events to measure");
  }

  /**
   * Records of definitions to versions, and a watermark behind those that stood.
   *
   * @param newestDefinitions by topic, how far definitions must have been read before anything
   *     happens; -1 for an empty topic
   */
  public static DataStream<DefinitionVersion> versions(
      DataStream<DefinitionRecord> definitions, Map<String, Long> newestDefinitions) {
    return definitions
        .transform(
            "Definitions to measure by",
            TypeInformation.of(DefinitionVersion.class),
            new DefinitionOperator(newestDefinitions))
        .uid("measure-definitions-v1")
        .setParallelism(1);
  }

  /**
   * Lays the dataflow: each customer's events, stage changes and decisions to one order, that to
   * what it adds to rows and to arms of campaigns, that to rows.
   *
   * @param told all that is told of customers, by records and by Nudge itself
   * @param definitions campaigns and policies, and a watermark behind those that stood when the job
   *     was submitted; rules of other kinds are passed over
   */
  public static Outputs define(
      DataStream<CustomerEvent> told,
      DataStream<DefinitionVersion> definitions,
      IngestConfig ingest,
      MeasureConfig config) {
    SingleOutputStreamOperator<Tally> additions =
        told.filter(event -> !AwaitedFunction.waits(event))
            .uid("measure-told-v1")
            .name("Told of customers")
            .keyBy(CustomerEvent::key, TypeInformation.of(CustomerKey.class))
            .connect(definitions.broadcast())
            .transform(
                "Measure",
                TypeInformation.of(Tally.class),
                new CustomerOperator<>(new MeasureFunction(config), ingest))
            .uid("measure-customers-v1");
    SingleOutputStreamOperator<Tally> rows =
        additions
            .transform(
                "Additions",
                TypeInformation.of(Tally.class),
                new TallyBundleOperator(config.flushMillis()))
            .uid("measure-additions-v1")
            .keyBy(tally -> tally.row().key(), Types.STRING)
            .transform("Rows", TypeInformation.of(Tally.class), new TallyOperator(config))
            .uid("measure-rows-v1");
    TypeInformation<ArmInput> ofArms = TypeInformation.of(ArmInput.class);
    SingleOutputStreamOperator<ArmRow> arms =
        additions
            .getSideOutput(MeasureFunction.ARMS)
            .map(change -> ArmInput.of(change), ofArms)
            .uid("measure-arm-changes-v1")
            .name("Changes of arms")
            .transform("Arm additions", ofArms, new ArmBundleOperator())
            .uid("measure-arm-additions-v1")
            .union(
                additions
                    .getSideOutput(MeasureFunction.DECLARED)
                    .map(declared -> ArmInput.of(declared), ofArms)
                    .uid("measure-declared-arms-v1")
                    .name("Declared arms"),
                told.process(new AwaitedFunction(), ofArms)
                    .uid("measure-awaited-v1")
                    .name("Awaited results"))
            .keyBy(ArmInput::key, Types.STRING)
            .transform(
                "Experiments",
                TypeInformation.of(ArmRow.class),
                new ExperimentOperator(config, ingest.endOfTimeMillis()))
            .uid("measure-experiments-v1");
    return new Outputs(
        rows,
        additions.getSideOutput(MeasureFunction.STEPS),
        additions.getSideOutput(MeasureFunction.GRANTS),
        additions.getSideOutput(MeasureFunction.SENT),
        arms,
        arms.getSideOutput(ExperimentOperator.RESULTS),
        rows.getSideOutput(TallyOperator.MEASURED));
  }
}
