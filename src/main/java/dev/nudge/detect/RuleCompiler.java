package dev.nudge.detect;

import dev.nudge.definition.BuiltInRules;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignCodec;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.RuleCodec;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.RunningRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.MurmurHash3;

/** Makes rules that run of the text of definitions. */
final class RuleCompiler {
  /** Numbers are this long, so that six bytes hold one: of a thousand rules two meet in 1e-7. */
  private static final int NUMBER_BITS = 42;

  private final CustomerScope customer;
  private final Incidents incidents;
  private final MatchCounts matches;

  RuleCompiler(CustomerScope customer, Incidents incidents, MatchCounts matches) {
    this.customer = customer;
    this.incidents = incidents;
    this.matches = matches;
  }

  /** The built-in rules, in their order. */
  List<RunningRule> builtIn() {
    List<RunningRule> rules = new ArrayList<>();
    for (RuleSource source : BuiltInRules.sources()) {
      try {
        rules.add(running(source, "built-in", rules.size(), Map.of()));
      } catch (DefinitionException refused) {
        throw new IllegalStateException("a built-in definition is refused", refused);
      }
    }
    return rules;
  }

  /**
   * A version of a tenant's rule or campaign.
   *
   * @param order which of several rules that match at one event comes first
   * @param schema the types of the tenant's properties
   */
  Compiled compile(RuleVersion version, int order, Map<String, PropertyType> schema)
      throws DefinitionException {
    RuleSource source = version.source();
    // Versions count from 1 again once a rule was deleted; with the time, no two are alike.
    String which = version.version() + "@" + version.effectiveAtMillis();
    if (version.kind() != Rule.Kind.CAMPAIGN) {
      return Compiled.of(running(source, which, order, schema));
    }
    Campaign campaign = CampaignCodec.compile(source, schema);
    Rule own = campaign.rule();
    return Compiled.of(campaign, own == null ? null : running(own, source, which, order));
  }

  private RunningRule running(
      RuleSource source, String version, int order, Map<String, PropertyType> schema)
      throws DefinitionException {
    return running(RuleCodec.compile(source, schema), source, version, order);
  }

  private RunningRule running(Rule rule, RuleSource source, String version, int order) {
    return new RunningRule(
        number(source, version),
        order,
        rule,
        new RuleScope(rule, customer, incidents),
        matches.of(source.tenant(), rule.id()));
  }

  /** By what the rule says: the same in every subtask, and another for another text. */
  private static long number(RuleSource source, String version) {
    String identity =
        "%s|%s|%s|%s|%s"
            .formatted(source.tenant(), source.kind(), source.id(), version, source.json());
    byte[] bytes = identity.getBytes(StandardCharsets.UTF_8);
    return MurmurHash3.hash128x64(bytes, 0, bytes.length, 0)[0] >>> (Long.SIZE - NUMBER_BITS);
  }
}
