package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.Uids;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalUidsTest {
  /** Without a campaign nothing is measured. */
  private static final String CAMPAIGN =
      "{kind: campaign, id: welcome, trigger: {stage: NEW}, channels: [PUSH]}";

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
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("welcome.yaml", CAMPAIGN.getBytes(UTF_8));
    Rehearsal rehearsal =
        new Rehearsal(List.of(orders), reader.policies(), reader.rules(), null, 1, folder);
    return rehearsal.define(
        List.of(new MergedFiles.Source(orders, null)),
        IngestConfig.from(new Configuration()).endingAt(0),
        1,
        new ResultFiles(folder));
  }
}
