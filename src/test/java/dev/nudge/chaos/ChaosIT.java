package dev.nudge.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four processes of a whole deployment are killed or held still while records come twice, late, out
 * of order or broken, and nothing is lost and nothing twice.
 */
class ChaosIT {
  /** Who dies of it, and that a record is written once, follows from the seed. */
  private static final long SEED = 2;

  @TempDir Path directory;

  @Test
  void threeKillsAndAPauseChangeNoRowAndNoRecord() throws Exception {
    ChaosConfig config =
        new ChaosConfig(BuiltDeployment.files(), directory, SEED, 1, Duration.ofSeconds(60), 3, 1);

    Chaos.Result result = new Chaos(config, System.out::println).run().get(0);

    assertThat(result.differences()).isEmpty();
    assertThat(result.faults())
        .anyMatch(fault -> fault.startsWith("KILL JOB_MANAGER"))
        .anyMatch(fault -> fault.startsWith("KILL BROKER"))
        .anyMatch(fault -> fault.startsWith("KILL TASK_MANAGER"))
        .anyMatch(fault -> fault.startsWith("PAUSE TASK_MANAGER"))
        .hasSize(4);
    // A comparison of nothing with nothing proves nothing.
    assertThat(result.rows()).isGreaterThan(10_000);
    assertThat(result.sizes().get("topic triggers")).isPositive();
    assertThat(result.sizes().get("topic decisions")).isPositive();
    assertThat(result.sizes().get("dead_letters")).isPositive();
  }
}
