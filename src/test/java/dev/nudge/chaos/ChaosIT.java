package dev.nudge.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes of a whole deployment are killed, and nothing is lost and nothing twice. */
class ChaosIT {
  @TempDir Path directory;

  @Test
  void threeKillsChangeNoRowAndNoRecord() throws Exception {
    ChaosConfig config =
        new ChaosConfig(BuiltDeployment.files(), directory, 1, 1, Duration.ofSeconds(60), 3, 0);

    Chaos.Result result = new Chaos(config, System.out::println).run().get(0);

    assertThat(result.faults()).hasSize(3);
    assertThat(result.differences()).isEmpty();
    // A comparison of nothing with nothing proves nothing.
    assertThat(result.rows()).isGreaterThan(10_000);
  }
}
