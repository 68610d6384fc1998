package dev.nudge.chaos;

import java.time.Duration;
import java.util.List;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * What one run is put through.
 *
 * @param log what is written
 * @param feedFor over how long; zero for as fast as it goes
 * @param faults what is to befall its processes
 * @param guarantee of what Engage writes
 */
record Trial(
    ChaosInput.Log log, Duration feedFor, List<Fault> faults, DeliveryGuarantee guarantee) {

  /** Nothing goes wrong. */
  static Trial quiet(ChaosInput input) {
    return new Trial(input.clean(), Duration.ZERO, List.of(), DeliveryGuarantee.AT_LEAST_ONCE);
  }

  /**
   * All follows from the seed; of odd ones records may stand in a topic twice, of even ones not.
   */
  static Trial of(long seed, ChaosInput input, ChaosConfig config) {
    return new Trial(
        input.disturbed(seed),
        config.feedFor(),
        Fault.of(seed, config.kills(), config.pauses()),
        seed % 2 == 0 ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE);
  }
}
