package dev.nudge.local;

import java.nio.file.Path;
import java.util.List;

/**
 * Whose events local mode is about, and who answers.
 *
 * @param replay what is replayed; nothing when events come from elsewhere, or from a simulated shop
 * @param simulated whether a simulated shop has its doors open, by the wall clock
 * @param simulation how simulated customers behave; null where nobody is simulated
 * @param tenant whose the applied definitions without a tenant are; null if unknown
 * @param policy the resource of the policy that goes with the examples, null for none
 * @param campaigns what is applied
 * @param campaignsDirectory the definitions, with {@link Campaigns#DIRECTORY}
 */
public record LocalShop(
    List<ReplaySource> replay,
    boolean simulated,
    SimulationConfig simulation,
    String tenant,
    String policy,
    Campaigns campaigns,
    Path campaignsDirectory) {

  /** Which campaigns local mode applies. */
  public enum Campaigns {
    /** The examples, at the first start. */
    EXAMPLES,
    /** All definitions of a folder, at each start. */
    DIRECTORY,
    /** None. */
    NONE
  }

  /** Keeps its own copy. */
  public LocalShop {
    replay = List.copyOf(replay);
    if (simulated && !replay.isEmpty()) {
      throw new IllegalArgumentException("data: found a replay and a simulated shop, expected one");
    }
    if ((campaigns == Campaigns.DIRECTORY) != (campaignsDirectory != null)) {
      throw new IllegalArgumentException(
          "campaigns: expected a folder if, and only if, one is used");
    }
  }

  /** Nothing: events come from elsewhere. */
  public static LocalShop none() {
    return new LocalShop(List.of(), false, null, null, null, Campaigns.NONE, null);
  }

  /** A year of a British wholesaler's real orders; simulated customers answer. */
  public static LocalShop onlineRetail(ReplaySource orders) {
    return new LocalShop(
        List.of(orders),
        false,
        SimulationConfig.of("GBP"),
        "online-retail",
        "sample/online-retail-policy.yaml",
        Campaigns.EXAMPLES,
        null);
  }

  /**
   * Somebody's own orders; simulated customers answer, should a campaign be applied.
   *
   * @param currency of what they order
   */
  public static LocalShop replaying(List<ReplaySource> replay, String currency) {
    return new LocalShop(
        replay, false, SimulationConfig.of(currency), null, null, Campaigns.NONE, null);
  }

  /** A simulated shop by the wall clock. */
  public static LocalShop simulatedShop() {
    return new LocalShop(
        List.of(),
        true,
        SimulationConfig.of("CNY"),
        SimulatedShop.TENANT,
        "examples/policy.yaml",
        Campaigns.EXAMPLES,
        null);
  }

  /** The same with no campaigns. */
  public LocalShop withoutCampaigns() {
    return new LocalShop(replay, simulated, simulation, tenant, null, Campaigns.NONE, null);
  }

  /** The same with the definitions of that folder. */
  public LocalShop withCampaigns(Path directory) {
    return new LocalShop(
        replay, simulated, simulation, tenant, null, Campaigns.DIRECTORY, directory);
  }

  /** The same with other behaviour. */
  public LocalShop withSimulation(SimulationConfig other) {
    return new LocalShop(replay, simulated, other, tenant, policy, campaigns, campaignsDirectory);
  }
}
