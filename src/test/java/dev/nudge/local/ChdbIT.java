package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ChdbIT {
  @TempDir Path directory;

  /** Unloaded, it would take the code of its own threads away under them. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void libraryStaysWhenItsEngineIsGone() throws Exception {
    Chdb.open(ChdbLibrary.locate(directory), directory.resolve("data")).close();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (System.nanoTime() < deadline) {
      System.gc();
      assertThat(Files.readString(Path.of("/proc/self/maps"))).contains("libchdb");
    }
  }
}
