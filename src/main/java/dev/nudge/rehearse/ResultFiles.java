package dev.nudge.rehearse;

import dev.nudge.engage.EngageTopology;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.Json;
import dev.nudge.measure.FunnelRow;
import dev.nudge.measure.MeasureJson;
import dev.nudge.measure.MeasureTopology;
import dev.nudge.measure.RoiRow;
import dev.nudge.measure.Tally;
import dev.nudge.measure.TallyTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The files of the results, and the folders of their unsorted parts. */
record ResultFiles(Path temporary) {
  static final List<String> NAMES =
      List.of(
          "moments",
          "stage_changes",
          "anomalies",
          "decisions",
          "triggers",
          "funnel",
          "roi",
          "experiments",
          "alerts",
          "dead_letters");

  void write(EngageTopology.Outputs engage) throws IOException {
    write(
        "moments",
        engage.moments(),
        m -> keyed(m.atMillis(), m.tenant(), m.customerId(), Json.of(m)));
    write(
        "stage_changes",
        engage.stageChanges(),
        s -> keyed(s.atMillis(), s.tenant(), s.customerId(), Json.of(s)));
    write(
        "anomalies",
        engage.anomalies(),
        a -> keyed(a.atMillis(), a.tenant(), a.customerId(), Json.of(a.anomaly())));
    write(
        "decisions",
        engage.decisions(),
        d -> keyed(d.atMillis(), d.tenant(), d.customerId(), Json.of(d)));
    write(
        "triggers",
        engage.triggers(),
        t -> keyed(t.notBeforeMillis(), t.tenant(), t.customerId(), Json.of(t)));
    writeDeadLetters(engage.deadLetters());
  }

  void writeDeadLetters(DataStream<DeadLetter> deadLetters) throws IOException {
    write("dead_letters", deadLetters, d -> keyed(Long.MIN_VALUE, "", "", Json.of(d)));
  }

  /**
   * Rows of the funnel as they are; hours of returns campaign by campaign, for what they come to.
   *
   * @param untilMillis the end of the world, epoch milliseconds
   */
  void write(MeasureTopology.Outputs measure, long untilMillis) throws IOException {
    DataStream<Tally> rows = measure.rows();
    write(
        "funnel",
        rows.filter(row -> row.row().table() == TallyTable.FUNNEL_MINUTE)
            .uid("rehearse-funnel-rows-v1")
            .name("Funnel rows"),
        row ->
            keyed(
                row.row().startMillis(),
                row.row().tenant(),
                "",
                MeasureJson.of(FunnelRow.of(row))));
    write(
        "roi",
        rows.filter(row -> ReturnsInput.concerns(row.row().table()))
            .uid("rehearse-returns-rows-v1")
            .name("Rows of returns")
            .map(ReturnsInput::of, TypeInformation.of(ReturnsInput.class))
            .uid("rehearse-returns-sums-v1")
            .name("Sums of returns")
            .union(
                measure
                    .sentVersions()
                    .map(ReturnsInput::of, TypeInformation.of(ReturnsInput.class))
                    .uid("rehearse-returns-versions-v1")
                    .name("Versions sent"))
            .keyBy(ReturnsInput::campaign, Types.STRING)
            .transform(
                "Returns", TypeInformation.of(RoiRow.class), new ReturnsOperator(untilMillis))
            .uid("rehearse-returns-v1"),
        row -> keyed(row.key().hourMillis(), row.key().tenant(), "", MeasureJson.of(row)));
    write("experiments", measure.arms(), row -> keyed(0, row.tenant(), "", MeasureJson.of(row)));
    write(
        "alerts",
        measure.alerts(),
        row -> keyed(row.atMillis(), row.tenant(), "", MeasureJson.of(row)));
  }

  private <T> void write(String name, DataStream<T> records, MapFunction<T, String> toLine)
      throws IOException {
    records
        .map(toLine)
        .returns(Types.STRING)
        .uid("rehearse-" + name + "-lines-v1")
        .name(name + " lines")
        .sinkTo(new LineSink(Files.createDirectory(temporary.resolve(name))))
        .uid("rehearse-" + name + "-v1")
        .name(name);
  }

  private static String keyed(long atMillis, String tenant, String customerId, String line) {
    return SortedLines.key(atMillis)
        + " "
        + SortedLines.key(tenant)
        + " "
        + SortedLines.key(customerId)
        + " "
        + line;
  }

  void sortInto(Path out, Rehearsal.Progress progress) throws IOException {
    for (String name : NAMES) {
      progress.doing(Rehearsal.Progress.Step.WRITE, name + ".jsonl");
      Path folder = temporary.resolve(name);
      Path sorted = temporary.resolve(name + ".sorted");
      SortedLines.sort(parts(folder), sorted, temporary);
      SortedLines.copyPayloads(sorted, 3, out.resolve(name + ".jsonl"));
    }
  }

  private static List<Path> parts(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> parts = Files.list(folder)) {
      return parts.sorted().toList();
    }
  }
}
