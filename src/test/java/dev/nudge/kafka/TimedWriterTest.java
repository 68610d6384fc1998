package dev.nudge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a topic's readers are told of time. */
class TimedWriterTest {
  private static final int PARTITIONS = 2;

  private OneInputStreamOperatorTestHarness<String, OutboundRecord> writer;

  @BeforeEach
  void open() throws Exception {
    writer =
        new OneInputStreamOperatorTestHarness<>(
            new TimedWriter<>(
                PARTITIONS, text -> new OutboundRecord(1, null, text.getBytes(UTF_8))));
    writer.open();
    writer.setProcessingTime(1_000);
  }

  @AfterEach
  void close() throws Exception {
    writer.close();
  }

  @Test
  void timeIsToldOnEveryPartitionBehindWhatWasBefore() throws Exception {
    writer.processElement("a", 10);
    writer.processWatermark(10);

    assertThat(said()).containsExactly("1 a", "0 " + time(10), "1 " + time(10));
  }

  @Test
  void stepsInQuickSuccessionAreToldAsOne() throws Exception {
    writer.processWatermark(10);
    writer.processWatermark(11);
    writer.processElement("b", 12);
    writer.processWatermark(12);
    assertThat(said()).containsExactly("0 " + time(10), "1 " + time(10), "1 b");

    writer.setProcessingTime(1_200);
    assertThat(said()).endsWith("1 b", "0 " + time(12), "1 " + time(12)).hasSize(5);

    writer.processWatermark(13);
    assertThat(said()).hasSize(5);
    writer.setProcessingTime(1_400);
    assertThat(said()).endsWith("0 " + time(13), "1 " + time(13)).hasSize(7);
  }

  @Test
  void whoHasBeenSilentTellsAtOnce() throws Exception {
    writer.processWatermark(10);
    writer.setProcessingTime(5_000);
    writer.processWatermark(11);

    assertThat(said()).endsWith("0 " + time(11), "1 " + time(11)).hasSize(4);
  }

  @Test
  void theLastIsToldWhenTheJobEnds() throws Exception {
    writer.processWatermark(10);
    writer.processWatermark(11);
    writer.endInput();
    writer.getOneInputOperator().finish();

    assertThat(said()).endsWith("0 " + time(11), "1 " + time(11)).hasSize(4);
  }

  @Test
  void whatACheckpointHasPassedIsToldBeforeIt() throws Exception {
    writer.processWatermark(10);
    writer.processWatermark(11);
    writer.prepareSnapshotPreBarrier(1);

    assertThat(said()).endsWith("0 " + time(11), "1 " + time(11)).hasSize(4);
  }

  @Test
  void noTimeIsToldTwice() throws Exception {
    writer.processWatermark(10);
    writer.setProcessingTime(2_000);
    writer.processWatermark(10);
    writer.setProcessingTime(3_000);

    assertThat(said()).hasSize(PARTITIONS);
  }

  private static String time(long millis) {
    return new String(TimeRecord.value(millis), UTF_8);
  }

  private List<String> said() {
    return writer.extractOutputValues().stream()
        .map(each -> each.partition() + " " + new String(each.value(), UTF_8))
        .collect(Collectors.toList());
  }
}
