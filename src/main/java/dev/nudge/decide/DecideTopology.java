package dev.nudge.decide;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.Moment;
import dev.nudge.event.Trigger;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** The deciding half of Engage. */
public final class DecideTopology {
  private DecideTopology() {}

  /**
   * What is decided.
   *
   * @param decisions a row for whatever became of each candidate
   * @param triggers what is sent
   */
  public record Outputs(DataStream<Decision> decisions, DataStream<Trigger> triggers) {}

  /**
   * Lays the dataflow: events and moments to each tenant's order, order to decisions.
   *
   * @param events each customer's accepted events: no copy, nothing late, none behind the watermark
   * @param moments what Detect noticed, none behind the watermark
   * @param definitions campaigns and policies, and a watermark behind those that stood when the job
   *     was submitted; rules of other kinds are passed over
   */
  public static Outputs define(
      DataStream<CustomerEvent> events,
      DataStream<Moment> moments,
      DataStream<DefinitionVersion> definitions,
      DecideConfig config) {
    TypeInformation<DecideInput> inputType = TypeInformation.of(DecideInput.class);
    DataStream<DecideInput> inputs =
        events
            .map(event -> DecideInput.of(event), inputType)
            .uid("engage-decide-events-v1")
            .name("Events to decide by")
            .union(
                moments
                    .map(moment -> DecideInput.of(moment), inputType)
                    .uid("engage-decide-moments-v1")
                    .name("Moments to decide on"));
    int shards = config.shards();
    SingleOutputStreamOperator<Decision> decisions =
        inputs
            .keyBy(input -> TenantShard.of(input, shards), TypeInformation.of(TenantShard.class))
            .connect(definitions.broadcast())
            .transform("Decide", TypeInformation.of(Decision.class), new DecideOperator(config))
            .uid("engage-decide-v1");
    return new Outputs(decisions, decisions.getSideOutput(DecideOperator.TRIGGERS));
  }
}
