package dev.nudge.detect;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.paid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.OnChange;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.Moment;
import dev.nudge.ingest.CustomerHarness;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.pattern.Rule;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A version that compiles nowhere: counted, and as if it had never come. */
class DefinitionQuarantineTest {
  private static final IngestConfig INGEST = IngestConfig.from(new Configuration());

  private CustomerHarness<DefinitionVersion, Moment> harness;

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void versionThatCompilesNowhereIsCountedAndTheOneBeforeStaysThroughARestore() throws Exception {
    harness = CustomerHarness.start(new DetectFunction(), INGEST, Backend.ROCKSDB);
    harness.endOfDefinitions();
    harness.define(big(1, "event.amount > 100.0"));
    harness.define(big(2, "event.amount > 'x'"));
    assertThat(harness.counted("definitionsQuarantined")).isEqualTo(1);
    harness.receive(paid(ANNA, START, "o1", "150.00"), paid(ANNA, START + 1, "o2", "50.00"));
    harness.watermark(START + 1);
    assertThat(bigOrders()).containsExactly(START);

    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    harness.close();
    harness =
        CustomerHarness.restore(snapshot, new DetectFunction(), INGEST, Backend.ROCKSDB, 1, 1, 0);
    assertThat(harness.counted("definitionsQuarantined")).isZero();
    harness.receive(paid(ANNA, START + 2, "o3", "150.00"));
    harness.watermark(START + 2);
    assertThat(bigOrders()).containsExactly(START + 2);

    harness.define(big(3, "event.amount > 200.0"));
    harness.receive(paid(ANNA, START + 3, "o4", "150.00"), paid(ANNA, START + 4, "o5", "250.00"));
    harness.watermark(START + 4);
    assertThat(bigOrders()).containsExactly(START + 4);
  }

  @Test
  void ruleWhoseOnlyVersionCompilesNowhereIsNone() throws Exception {
    harness = CustomerHarness.start(new DetectFunction(), INGEST, Backend.ROCKSDB);
    harness.endOfDefinitions();
    harness.define(big(1, "event.amount >"));
    harness.receive(paid(ANNA, START, "o1", "150.00"));
    harness.watermark(START);
    assertThat(bigOrders()).isEmpty();
    assertThat(harness.counted("definitionsQuarantined")).isEqualTo(1);
  }

  private List<Long> bigOrders() {
    return harness.said().stream()
        .filter(moment -> moment.kind().equals("BIG"))
        .map(Moment::atMillis)
        .toList();
  }

  private static DefinitionVersion big(int version, String where) {
    String json =
        """
        {"kind":"anomaly","tenant":"acme","id":"BIG",\
        "pattern":{"steps":[{"big":{"event":"Order Paid","where":"%s"}}]}}"""
            .formatted(where);
    return DefinitionVersion.of(
        new RuleVersion(
            "acme", Rule.Kind.ANOMALY, "BIG", version, START - 1, OnChange.DROP, json, false));
  }
}
