package dev.nudge.rehearse;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleSource;
import dev.nudge.pattern.Rule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a rehearsal was given beside its records, as far as the report tells of it.
 *
 * @param policies in force from the beginning; one without tenant holds for every tenant
 * @param rules campaigns among them; one without tenant holds for every tenant
 * @param receiptsAssumed whether each trigger counted as sent, for want of receipts
 * @param currencies paid orders by currency, by tenant
 */
record Given(
    List<Policy> policies,
    List<RuleSource> rules,
    boolean receiptsAssumed,
    Map<String, Map<String, Long>> currencies) {

  static final Given NOTHING = new Given(List.of(), List.of(), true, Map.of());

  /** The policy in force for a tenant: its own, else that of everybody, else the built-in one. */
  Policy policyOf(String tenant) {
    Policy ofEverybody = Policy.DEFAULT;
    for (Policy policy : policies) {
      if (tenant.equals(policy.tenant())) {
        return policy;
      } else if (policy.tenant() == null) {
        ofEverybody = policy;
      }
    }
    return ofEverybody;
  }

  /** The campaigns in force for a tenant, by id: its own before those of everybody. */
  Map<String, Campaign> campaignsOf(String tenant) {
    Map<String, Campaign> campaigns = new TreeMap<>();
    for (RuleSource rule : rules) {
      boolean isOwn = tenant.equals(rule.tenant());
      if (rule.kind() == Rule.Kind.CAMPAIGN
          && (isOwn || (rule.tenant() == null && !campaigns.containsKey(rule.id())))) {
        campaigns.put(rule.id(), compiled(rule, tenant));
      }
    }
    return campaigns;
  }

  private Campaign compiled(RuleSource rule, String tenant) {
    try {
      return CampaignCodec.compile(rule, policyOf(tenant).schema());
    } catch (DefinitionException e) {
      // It was compiled when it was read, and again by each subtask that decided by it.
      throw new IllegalStateException(e);
    }
  }
}
