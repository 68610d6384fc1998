package dev.nudge.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.Uids;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalUidsTest {
  @TempDir Path folder;

  @Test
  void itRehearsesTheOperatorsThatShip() throws Exception {
    assertThat(Uids.running(rehearsal()).keySet().stream().filter(uid -> !isOwn(uid)))
        .isNotEmpty()
        .isSubsetOf(Uids.committed());
  }

  @Test
  void itsOwnOperatorsAreOnTheCommittedList() throws Exception {
    assertThat(Uids.running(rehearsal()).keySet().stream().filter(RehearsalUidsTest::isOwn))
        .containsExactlyInAnyOrderElementsOf(
            Uids.committed().stream().filter(RehearsalUidsTest::isOwn).toList());
  }

  private static boolean isOwn(String uid) {
    return uid.startsWith("rehearse-");
  }

  private StreamExecutionEnvironment rehearsal() throws Exception {
    InputFile orders = new InputFile(Topic.ORDERS, "orders.jsonl");
    Rehearsal rehearsal = new Rehearsal(List.of(orders), List.of(), List.of(), null, 1, folder);
    return rehearsal.define(
        List.of(new MergedFiles.Source(orders, null)),
        IngestConfig.from(new Configuration()).endingAt(0),
        1,
        new ResultFiles(folder));
  }
}
