package dev.nudge.definition;

import dev.nudge.pattern.Rule;

/**
 * A version of a definition of any kind; exactly one is there.
 *
 * @param policy a policy, or null
 * @param rule a rule, or null
 * @param result what came of an experiment, or null: nobody defined it, but it travels and holds
 *     like what somebody did
 */
public record DefinitionVersion(PolicyVersion policy, RuleVersion rule, ExperimentResult result) {
  /** A policy. */
  public static DefinitionVersion of(PolicyVersion policy) {
    return new DefinitionVersion(policy, null, null);
  }

  /** A rule. */
  public static DefinitionVersion of(RuleVersion rule) {
    return new DefinitionVersion(null, rule, null);
  }

  /** What came of an experiment. */
  public static DefinitionVersion of(ExperimentResult result) {
    return new DefinitionVersion(null, null, result);
  }

  /** The brand. */
  public String tenant() {
    if (result != null) {
      return result.tenant();
    }
    return policy != null ? policy.tenant() : rule.tenant();
  }

  /** What it is, as a file says it: {@code policy}, {@code campaign}, … */
  public String kind() {
    if (result != null) {
      return DefinitionCodec.RESULT;
    }
    return policy != null ? PolicyCodec.KIND : RuleCodec.kind(rule.kind());
  }

  /** Its name within tenant and kind; a policy's is always the same, a result's its campaign's. */
  public String id() {
    if (result != null) {
      return result.campaign();
    }
    return policy != null ? PolicyCodec.ID : rule.id();
  }

  /** Whether it says that nothing is to be sent. */
  public boolean isPaused() {
    return policy != null
        ? !policy.deleted() && policy.policy().sending().paused()
        : rule != null
            && rule.kind() == Rule.Kind.CAMPAIGN
            && !rule.deleted()
            && CampaignCodec.isPaused(rule.source());
  }

  /** Which version it is, from 1; of a result that of its campaign. */
  public int version() {
    if (result != null) {
      return result.version();
    }
    return policy != null ? policy.version() : rule.version();
  }

  /** The event time from which it holds, epoch milliseconds. */
  public long effectiveAtMillis() {
    if (result != null) {
      return result.effectiveAtMillis();
    }
    return policy != null ? policy.effectiveAtMillis() : rule.effectiveAtMillis();
  }
}
