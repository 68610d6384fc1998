package dev.nudge.detect;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleVersion;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.RuleSet;
import dev.nudge.pattern.RunningRule;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which rules and campaigns hold for whom and when: the built-in ones, those of each tenant in
 * their versions, and what policies switch off.
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

  /**
   * What holds for a tenant's customers for a while.
   *
   * @param rules the rules
   * @param followed names of the clicks on which what campaigns decided depends: those of every
   *     version that governs, or did so not long ago
   */
  record Standing(RuleSet rules, Set<String> followed) {}

  private final RuleCompiler compiler;
  private final Map<Place, RunningRule> builtIn = new LinkedHashMap<>();
  private final Map<Place, RuleHistory> own = new TreeMap<>(RuleBook::compare);
  private final Map<String, PolicyHistory> policies = new HashMap<>();
  private final Map<RuleVersion, Compiled> compiled = new HashMap<>();
  private final Map<Long, RunningRule> byNumber = new HashMap<>();
  // One for each span of time between two changes; null until somebody asks for it.
  private final Map<String, NavigableMap<Long, Standing>> standings = new HashMap<>();
  private final Map<String, Agenda> agendas = new HashMap<>();
  // Asked at every instant of every customer, so it is not looked for among all rules.
  private final Set<String> tenantsWithOwn = new HashSet<>();
  // The same of campaigns with a timetable.
  private boolean anyTimes;

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
    anyTimes = false;
    for (Compiled each : compiled.values()) {
      if (each.rule() != null) {
        byNumber.put(each.rule().number(), each.rule());
      }
      anyTimes |= each.times() != null;
    }
    standings.clear();
    agendas.clear();
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
    Map<RuleVersion, Compiled> added = new HashMap<>();
    for (RuleHistory.InForce version : history.versions()) {
      RuleVersion rule = version.rule();
      if (!rule.deleted() && !compiled.containsKey(rule)) {
        added.put(rule, compiler.compile(rule, order(place), schemaOf(place.tenant())));
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

  /** What a version compiled to; null for a deletion, or one that is not known. */
  Compiled compiled(RuleVersion version) {
    return compiled.get(version);
  }

  /** Whether any campaign of a tenant pushes by itself. */
  boolean hasTimes(String tenant) {
    return tenant.equals(EVERY_TENANT) ? anyTimes : !agendaOf(tenant).isEmpty();
  }

  /** What holds for a tenant's customers at an instant. */
  Standing standing(String tenant, long atMillis) {
    String whose = whose(tenant);
    NavigableMap<Long, Standing> spans = standings.computeIfAbsent(whose, this::spansOf);
    Map.Entry<Long, Standing> span = spans.floorEntry(atMillis);
    Standing standing = span.getValue();
    if (standing == null) {
      standing = new Standing(setOf(whose, span.getKey()), followed(whose, span.getKey()));
      spans.put(span.getKey(), standing);
    }
    return standing;
  }

  /** A tenant that has defined nothing stands where every tenant does. */
  private String whose(String tenant) {
    return tenantsWithOwn.contains(tenant) ? tenant : EVERY_TENANT;
  }

  private NavigableMap<Long, Standing> spansOf(String tenant) {
    NavigableMap<Long, Standing> spans = new TreeMap<>();
    changes(tenant, place -> true).forEach(from -> spans.put(from, null));
    return spans;
  }

  /** When anything changes for a tenant: its policy, or one of some places. */
  private NavigableSet<Long> changes(String tenant, Predicate<Place> which) {
    TreeSet<Long> changes = new TreeSet<>();
    changes.add(Long.MIN_VALUE);
    for (String of : List.of(tenant, EVERY_TENANT)) {
      if (policies.containsKey(of)) {
        policies.get(of).versions().forEach(version -> changes.add(version.fromMillis()));
      }
    }
    own.forEach(
        (place, history) -> {
          if (isOf(place, tenant) && which.test(place)) {
            history.versions().forEach(version -> changes.add(version.fromMillis()));
          }
        });
    return changes;
  }

  private static boolean isOf(Place place, String tenant) {
    return place.tenant.equals(tenant) || place.tenant.equals(EVERY_TENANT);
  }

  private Set<String> followed(String tenant, long atMillis) {
    Set<String> followed = new HashSet<>();
    own.forEach(
        (place, history) -> {
          if (isOf(place, tenant)) {
            history.versions().stream()
                .filter(
                    version ->
                        version.fromMillis() <= atMillis && compiled.containsKey(version.rule()))
                .forEach(version -> followed.addAll(compiled.get(version.rule()).followed()));
          }
        });
    return followed;
  }

  /** When a tenant's campaigns push by themselves. */
  Agenda agendaOf(String tenant) {
    return anyTimes ? agendas.computeIfAbsent(whose(tenant), this::agenda) : Agenda.EMPTY;
  }

  private Agenda agenda(String tenant) {
    TreeSet<String> ids = new TreeSet<>();
    own.forEach(
        (place, history) -> {
          if (isOf(place, tenant)
              && history.versions().stream().anyMatch(version -> hasTimes(version.rule()))) {
            ids.add(place.id());
          }
        });
    List<Agenda.Entry> entries = new ArrayList<>();
    NavigableSet<Long> changes = changes(tenant, place -> isCampaign(place, ids));
    for (String id : ids) {
      addEntries(tenant, id, changes, entries);
    }
    return new Agenda(entries);
  }

  private boolean hasTimes(RuleVersion version) {
    Compiled known = compiled.get(version);
    return known != null && known.times() != null;
  }

  private static boolean isCampaign(Place place, Set<String> ids) {
    return place.kind == Rule.Kind.CAMPAIGN && ids.contains(place.id);
  }

  private void addEntries(
      String tenant, String id, NavigableSet<Long> changes, List<Agenda.Entry> entries) {
    RuleVersion before = null;
    long since = Long.MIN_VALUE;
    for (long from : changes) {
      RuleVersion governing = campaignOf(tenant, id, from);
      if (!Objects.equals(governing, before)) {
        since = from;
        before = governing;
      }
      if (hasTimes(governing)) {
        Long to = changes.higher(from);
        entries.add(
            new Agenda.Entry(
                id,
                compiled.get(governing).times(),
                since,
                from,
                to == null ? Long.MAX_VALUE : to,
                ZoneId.of(policyOf(tenant, from).zone())));
      }
    }
  }

  /** The version of a campaign that governs an instant for a tenant; null for none. */
  private RuleVersion campaignOf(String tenant, String id, long atMillis) {
    for (String of : List.of(tenant, EVERY_TENANT)) {
      RuleHistory history = own.get(new Place(of, Rule.Kind.CAMPAIGN, id));
      RuleVersion governing = history == null ? null : history.at(atMillis);
      if (governing != null) {
        return governing;
      }
    }
    return null;
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
              Compiled governing = compiled.get(history.at(atMillis));
              if (governing != null && governing.rule() != null) {
                inForce.put(place.forEveryone(), governing.rule());
              } else if (governing != null) {
                // A tenant's own campaign that waits for something else than every tenant's.
                inForce.remove(place.forEveryone());
              }
              history.draining(atMillis).stream()
                  .map(compiled::get)
                  .filter(drained -> drained != null && drained.rule() != null)
                  .forEach(drained -> draining.add(drained.rule()));
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
