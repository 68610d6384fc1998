package dev.nudge.engage;

import dev.nudge.definition.PolicyRecord;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.ingest.IngestFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts policies from what their reader refused, and says so: the version before stays in force.
 */
final class PolicyFunction extends ProcessFunction<PolicyRecord, PolicyVersion> {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyFunction.class);

  private transient Counter quarantined;

  @Override
  public void open(OpenContext openContext) {
    quarantined = getRuntimeContext().getMetricGroup().counter("definitionsQuarantined");
  }

  @Override
  public void processElement(PolicyRecord record, Context context, Collector<PolicyVersion> out) {
    if (record.version() != null) {
      LOG.info("policy of {}: version {}", record.version().tenant(), record.version().version());
      out.collect(record.version());
    } else if (record.deadLetter() != null) {
      quarantined.inc();
      LOG.error("a policy was refused: {}", record.deadLetter().message());
      context.output(IngestFunction.DEAD_LETTERS, record.deadLetter());
    }
  }
}
