package dev.nudge.measure;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.profiled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.CustomerEvent;
import dev.nudge.ingest.CustomerHarness;
import dev.nudge.ingest.CustomerHarness.Backend;
import dev.nudge.ingest.IngestConfig;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;

/** What a customer's turn says, however the watermark goes. */
@SuppressWarnings("try") // The harness throws whatever it likes on close.
class MeasureFunctionTest {
  private static final IngestConfig INGEST = IngestConfig.from(new Configuration());

  @Test
  void aRowsVersionDoesNotDependOnTheStepsOfTheWatermark() throws Exception {
    // Nobody declares a city, so nothing is kept of Anna before her grant.
    CustomerEvent[] events = {
      profiled(ANNA, START, "city", "Shanghai"),
      profiled(ANNA, START + MINUTE, "city", "Beijing"),
      CustomerEvent.of(CustomerLedgerBoundsTest.sent(START + 2 * MINUTE, "g1"))
    };

    List<GrantRow> inOneStep = grants(events, START + 2 * MINUTE);
    List<GrantRow> inThree = grants(events, START, START + MINUTE, START + 2 * MINUTE);

    assertThat(inOneStep).singleElement().extracting(GrantRow::inputs).isEqualTo(1L);
    assertThat(inThree).isEqualTo(inOneStep);
  }

  private static List<GrantRow> grants(CustomerEvent[] events, long... watermarks)
      throws Exception {
    try (var harness =
        CustomerHarness.start(
            new MeasureFunction(MeasureConfig.from(new Configuration())), INGEST, Backend.HEAP)) {
      harness.definitionsRead();
      harness.receive(events);
      for (long watermark : watermarks) {
        harness.watermark(watermark);
      }
      return harness.getSideOutput(MeasureFunction.GRANTS).stream()
          .map(StreamRecord::getValue)
          .toList();
    }
  }
}
