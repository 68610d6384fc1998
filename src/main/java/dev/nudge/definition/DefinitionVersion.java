package dev.nudge.definition;

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
}
