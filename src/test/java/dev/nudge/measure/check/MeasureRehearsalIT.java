package dev.nudge.measure.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.Topic;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The topology that ships, over random logs, says what the oracle finds in the whole log. */
class MeasureRehearsalIT {
  private static final List<String> FILES =
      List.of("profiles.jsonl", "orders.jsonl", "deliveries.jsonl", "clickstream.jsonl");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"11, 125, true, 1", "12, 125, true, 4", "13, 125, true, 2", "14, 125, false, 3"})
  void rowsAreThoseOfTheOracle(long seed, int tenants, boolean deliveries, int parallelism)
      throws Exception {
    RandomMeasures logs = new RandomMeasures(seed, tenants);
    if (deliveries) {
      logs.write(folder);
    } else {
      logs.writeWithoutDeliveries(folder);
    }

    Path out = rehearse(parallelism, "out");

    MeasureOracle oracle = MeasureOracle.of(folder, RandomMeasures.UNTIL.toEpochMilli());
    assertThat(oracle.funnel()).hasSizeGreaterThan(10_000);
    assertThat(oracle.roi()).hasSizeGreaterThan(4_000);
    List<String> funnel = Files.readAllLines(out.resolve("funnel.jsonl"));
    List<String> roi = Files.readAllLines(out.resolve("roi.jsonl"));
    assertThat(Differences.ofFunnel(oracle.funnel(), funnel)).isEmpty();
    assertThat(Differences.ofRoi(oracle.roi(), roi)).isEmpty();
    assertThat(funnel).isEqualTo(oracle.funnel());
    assertThat(roi).isEqualTo(oracle.roi());
    List<String> experiments = Files.readAllLines(out.resolve("experiments.jsonl"));
    assertThat(experiments).hasSizeGreaterThan(400);
    assertThat(experiments).anyMatch(line -> line.contains("\"winner\":true"));
    assertThat(experiments).anyMatch(line -> line.contains("\"conversionP\":0."));
    assertThat(Differences.ofExperiments(oracle.experiments(), experiments)).isEmpty();
  }

  @Test
  void alertsAreTheSameInParallel() throws Exception {
    new RandomMeasures(15, 50).write(folder);

    List<String> alerts = Files.readAllLines(rehearse(1, "alone").resolve("alerts.jsonl"));

    // A fifth of what a channel is asked to send fails.
    assertThat(alerts).anyMatch(line -> line.contains("\"kind\":\"FAILURE_RATE\""));
    assertThat(alerts).noneMatch(line -> line.contains("\"kind\":\"SOURCE_SILENT\""));
    assertThat(Files.readAllLines(rehearse(4, "together").resolve("alerts.jsonl")))
        .isEqualTo(alerts);
  }

  private Path rehearse(int parallelism, String name) throws Exception {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    for (Path file : files(folder.resolve("definitions"))) {
      reader.read(file);
    }
    List<InputFile> inputs = new ArrayList<>();
    for (Topic topic : Topic.CUSTOMER_INPUTS) {
      Path file = folder.resolve(topic.plainName() + ".jsonl");
      assertThat(FILES).contains(file.getFileName().toString());
      if (Files.exists(file)) {
        inputs.add(new InputFile(topic, file.toString()));
      }
    }
    inputs.add(new InputFile(Topic.DECISIONS, folder.resolve("decisions.jsonl").toString()));
    Path out = folder.resolve(name);
    new Rehearsal(inputs, reader.policies(), reader.rules(), RandomMeasures.UNTIL, parallelism, out)
        .run((done, total) -> {});
    return out;
  }

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.sorted().toList();
    }
  }
}
