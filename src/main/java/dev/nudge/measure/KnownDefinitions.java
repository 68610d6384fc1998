package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Policy;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Definitions by tenant; those without tenant stand for whoever has none of its own. */
public final class KnownDefinitions implements MeasureDefinitions {
  private record CampaignId(String tenant, String id) {}

  private final Map<String, Policy> policies = new HashMap<>();
  private final Map<CampaignId, NavigableMap<Integer, Campaign>> campaigns = new HashMap<>();

  /**
   * Knows a tenant's policy from now on.
   *
   * @param tenant null: of whoever has none of its own
   * @param policy null where there is none any more
   */
  public void know(String tenant, Policy policy) {
    if (policy == null) {
      policies.remove(tenant);
    } else {
      policies.put(tenant, policy);
    }
  }

  /** Knows a policy from now on. */
  public void know(Policy policy) {
    policies.put(policy.tenant(), policy);
  }

  /** Knows a version of a campaign from now on. */
  public void know(int version, Campaign campaign) {
    campaigns
        .computeIfAbsent(new CampaignId(campaign.tenant(), campaign.id()), none -> new TreeMap<>())
        .put(version, campaign);
  }

  /** Knows a version of a campaign no longer. */
  public void forget(String tenant, String id, int version) {
    NavigableMap<Integer, Campaign> known = campaigns.get(new CampaignId(tenant, id));
    if (known != null) {
      known.remove(version);
    }
  }

  @Override
  public Policy policy(String tenant) {
    Policy own = policies.get(tenant);
    return own != null ? own : policies.getOrDefault(null, Policy.DEFAULT);
  }

  @Override
  public Campaign campaign(String tenant, String campaign, int version) {
    NavigableMap<Integer, Campaign> own = campaigns.get(new CampaignId(tenant, campaign));
    NavigableMap<Integer, Campaign> known =
        own != null ? own : campaigns.get(new CampaignId(null, campaign));
    if (known == null) {
      return null;
    }
    Map.Entry<Integer, Campaign> nearest = known.floorEntry(version);
    return (nearest != null ? nearest : known.firstEntry()).getValue();
  }
}
