package dev.nudge.detect;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleVersion;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.RuleSet;
import dev.nudge.pattern.RunningRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which rules hold for whom and when: the built-in ones, those of each tenant in their versions,
 * and what policies switch off.
 *
 * <p>A tenant's rule takes the place of a built-in one of the same kind and id. Example: acme
 * applies its own SPEND_SPIKE, effective at noon: orders of 11:59 are judged by the built-in rule,
 * those of 12:00 by acme's, and everybody else's go on as before.
 *
 * <p>Every version is compiled once. Rule sets are put together when somebody asks for a time, and
 * kept until a definition changes.
 */
final class RuleBook {
  /** The tenant of rules and policies that hold for whoever has none of their own. */
  static final String EVERY_TENANT = "";

  /** Where a rule stands: its tenant, {@link #EVERY_TENANT} for a built-in one, kind and id. */
  private record Place(String tenant, Rule.Kind kind, String id) {
    Place forEveryone() {
      return new Place(EVERY_TENANT, kind, id);
    }
  }

  private final RuleCompiler compiler;
  private final Map<Place, RunningRule> builtIn = new LinkedHashMap<>();
  private final Map<Place, RuleHistory> own = new TreeMap<>(RuleBook::compare);
  private final Map<String, PolicyHistory> policies = new HashMap<>();
  private final Map<RuleVersion, RunningRule> compiled = new HashMap<>();
  private final Map<Long, RunningRule> byNumber = new HashMap<>();
  private final Map<String, NavigableMap<Long, RuleSet>> sets = new HashMap<>();
  // Asked at every instant of every customer, so it is not looked for among all rules.
  private final Set<String> tenantsWithOwn = new HashSet<>();

  RuleBook(RuleCompiler compiler) {
    this.compiler = compiler;
    for (RunningRule rule : compiler.builtIn()) {
      this.builtIn.put(new Place(EVERY_TENANT, rule.rule().kind(), rule.rule().id()), rule);
    }
    changed();
  }

  private static int compare(Place a, Place b) {
    int byTenant = a.tenant.compareTo(b.tenant);
    int byKind = byTenant != 0 ? byTenant : a.kind.compareTo(b.kind);
    return byKind != 0 ? byKind : a.id.compareTo(b.id);
  }

  /** A tenant's policies, as they are known from now on. */
  void setPolicies(String tenant, PolicyHistory history) {
    if (history.isOver()) {
      policies.remove(tenant);
    } else {
      policies.put(tenant, history);
    }
    changed();
  }

  /** What was put together before holds no longer. */
  private void changed() {
    byNumber.clear();
    builtIn.values().forEach(rule -> byNumber.put(rule.number(), rule));
    compiled.values().forEach(rule -> byNumber.put(rule.number(), rule));
    sets.clear();
    tenantsWithOwn.clear();
    tenantsWithOwn.addAll(policies.keySet());
    own.keySet().forEach(place -> tenantsWithOwn.add(place.tenant()));
  }

  /** The types that the tenant's newest policy names, or else that of every tenant. */
  private Map<String, PropertyType> schemaOf(String tenant) {
    Policy newest = newestPolicyOf(tenant);
    if (newest == null) {
      newest = newestPolicyOf(EVERY_TENANT);
    }
    return newest == null ? Map.of() : newest.schema();
  }

  private Policy newestPolicyOf(String tenant) {
    PolicyHistory history = policies.get(tenant);
    return history == null ? null : history.newest();
  }

  /**
   * A rule's versions, as they are known from now on.
   *
   * @throws DefinitionException if one can't be compiled; nothing has changed then
   */
  void setRules(RuleVersion any, RuleHistory history) throws DefinitionException {
    Place place = new Place(tenantOf(any), any.kind(), any.id());
    Map<RuleVersion, RunningRule> added = new HashMap<>();
    for (RuleHistory.InForce version : history.versions()) {
      RuleVersion rule = version.rule();
      if (!rule.deleted() && !compiled.containsKey(rule)) {
        RunningRule running = compiler.compile(rule, order(place), schemaOf(place.tenant()));
        if (running != null) {
          added.put(rule, running);
        }
      }
    }
    compiled.putAll(added);
    RuleHistory before = own.put(place, history);
    if (before != null) {
      Set<RuleVersion> known = new HashSet<>();
      history.versions().forEach(version -> known.add(version.rule()));
      before.versions().stream()
          .map(RuleHistory.InForce::rule)
          .filter(gone -> !known.contains(gone))
          .forEach(compiled::remove);
    }
    changed();
  }

  /** A rule and its versions are no more. */
  void remove(RuleVersion any) {
    RuleHistory gone = own.remove(new Place(tenantOf(any), any.kind(), any.id()));
    if (gone != null) {
      gone.versions().forEach(version -> compiled.remove(version.rule()));
      changed();
    }
  }

  private static String tenantOf(RuleVersion rule) {
    return rule.tenant() == null ? EVERY_TENANT : rule.tenant();
  }

  /** One that takes the place of a built-in rule stands where that stood, others behind all. */
  private int order(Place place) {
    RunningRule replaced = builtIn.get(place.forEveryone());
    return replaced != null ? replaced.order() : Integer.MAX_VALUE;
  }

  /** Whether it takes the place of a built-in rule. */
  boolean isBuiltIn(RuleVersion rule) {
    return builtIn.containsKey(new Place(EVERY_TENANT, rule.kind(), rule.id()));
  }

  /** Every rule that may run, by its number; null for one that runs no more. */
  RunningRule byNumber(long number) {
    return byNumber.get(number);
  }

  /** The policy that governs a tenant at an instant. */
  Policy policyOf(String tenant, long atMillis) {
    PolicyHistory history = policies.get(tenant);
    Policy policy = history == null ? null : history.at(atMillis);
    if (policy == null && policies.containsKey(EVERY_TENANT)) {
      policy = policies.get(EVERY_TENANT).at(atMillis);
    }
    return policy == null ? Policy.DEFAULT : policy;
  }

  /** The rules that hold for a tenant's customers at an instant. */
  RuleSet rulesOf(String tenant, long atMillis) {
    String whose = tenantsWithOwn.contains(tenant) ? tenant : EVERY_TENANT;
    NavigableMap<Long, RuleSet> spans = sets.computeIfAbsent(whose, this::spansOf);
    return spans.floorEntry(atMillis).getValue();
  }

  /** One set for each span of time between two changes. */
  private NavigableMap<Long, RuleSet> spansOf(String tenant) {
    TreeSet<Long> changes = new TreeSet<>();
    changes.add(Long.MIN_VALUE);
    for (String of : List.of(tenant, EVERY_TENANT)) {
      if (policies.containsKey(of)) {
        policies.get(of).versions().forEach(version -> changes.add(version.fromMillis()));
      }
    }
    own.forEach(
        (place, history) -> {
          if (place.tenant.equals(tenant) || place.tenant.equals(EVERY_TENANT)) {
            history.versions().forEach(version -> changes.add(version.fromMillis()));
          }
        });
    NavigableMap<Long, RuleSet> spans = new TreeMap<>();
    changes.forEach(from -> spans.put(from, setOf(tenant, from)));
    return spans;
  }

  private RuleSet setOf(String tenant, long atMillis) {
    Map<Place, RunningRule> inForce = new LinkedHashMap<>(builtIn);
    Set<RunningRule> draining = new HashSet<>();
    // What holds for every tenant first, so that a tenant's own takes its place.
    for (String of :
        tenant.equals(EVERY_TENANT) ? List.of(tenant) : List.of(EVERY_TENANT, tenant)) {
      own.forEach(
          (place, history) -> {
            if (place.tenant.equals(of)) {
              RuleVersion governing = history.at(atMillis);
              if (compiled.containsKey(governing)) {
                inForce.put(place.forEveryone(), compiled.get(governing));
              }
              history.draining(atMillis).stream()
                  .filter(compiled::containsKey)
                  .forEach(rule -> draining.add(compiled.get(rule)));
            }
          });
    }
    Policy policy = policyOf(tenant, atMillis);
    List<RunningRule> enabled = new ArrayList<>();
    for (RunningRule rule : inForce.values()) {
      if (isEnabled(rule.rule(), policy)) {
        enabled.add(rule);
      } else {
        draining.remove(rule);
      }
    }
    draining.removeIf(rule -> !isEnabled(rule.rule(), policy));
    return new RuleSet(enabled, draining);
  }

  private static boolean isEnabled(Rule rule, Policy policy) {
    return rule.kind() != Rule.Kind.ANOMALY
        || !policy.anomalies().containsKey(rule.id())
        || policy.anomalies().get(rule.id()).enabled();
  }
}
