package dev.nudge.definition;

import dev.nudge.pattern.Rule;

/**
 * A version of a definition of any kind; exactly one is there.
 *
 * @param policy a policy, or null
 * @param rule a rule, or null
 */
public record DefinitionVersion(PolicyVersion policy, RuleVersion rule) {
  /** A policy. */
  public static DefinitionVersion of(PolicyVersion policy) {
    return new DefinitionVersion(policy, null);
  }

  /** A rule. */
  public static DefinitionVersion of(RuleVersion rule) {
    return new DefinitionVersion(null, rule);
  }

  /** The brand. */
  public String tenant() {
    return policy != null ? policy.tenant() : rule.tenant();
  }

  /** What it is, as a file says it: {@code policy}, {@code campaign}, … */
  public String kind() {
    return policy != null ? PolicyCodec.KIND : RuleCodec.kind(rule.kind());
  }

  /** Its name within tenant and kind; a policy's is always the same. */
  public String id() {
    return policy != null ? PolicyCodec.ID : rule.id();
  }

  /** Whether it says that nothing is to be sent. */
  public boolean isPaused() {
    return policy != null
        ? !policy.deleted() && policy.policy().sending().paused()
        : rule.kind() == Rule.Kind.CAMPAIGN
            && !rule.deleted()
            && CampaignCodec.isPaused(rule.source());
  }

  /** Which version it is, from 1. */
  public int version() {
    return policy != null ? policy.version() : rule.version();
  }

  /** The event time from which it holds, epoch milliseconds. */
  public long effectiveAtMillis() {
    return policy != null ? policy.effectiveAtMillis() : rule.effectiveAtMillis();
  }
}
