package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A benchmark as people run it: by the command, from the jar. */
final class BenchProcess {
  private BenchProcess() {}

  /**
   * What a benchmark left.
   *
   * @param json all figures
   * @param said what it printed
   */
  record Ended(JsonNode json, String said) {}

  /** Runs {@code bench} with these arguments to its good end, which leaves nothing behind. */
  static Ended run(Path folder, String... arguments) throws IOException, InterruptedException {
    Path out = folder.resolve("out.json");
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                System.getProperty("nudge.jar"),
                "bench"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--out", out.toString()));
    Process bench =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(bench.waitFor(10, TimeUnit.MINUTES)).as("ended within 10 minutes").isTrue();
    } finally {
      bench.destroyForcibly();
    }
    String said = Files.readString(log);
    assertThat(bench.exitValue()).as(said).isZero();
    try (var files = Files.list(temporary)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("nudge-bench"));
    }
    return new Ended(new ObjectMapper().readTree(Files.readString(out)), said);
  }
}
