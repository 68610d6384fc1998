package dev.nudge.decide;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.ExperimentResult;
import dev.nudge.definition.Policy;
import dev.nudge.definition.RuleSource;
import dev.nudge.definition.RuleVersion;
import dev.nudge.event.Moment;
import dev.nudge.pattern.PropertyType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which campaigns and which policy hold for whom and when.
 *
 * <p>A campaign without a tenant holds for every tenant that has none of its own of the same id.
 */
final class Playbook {
  /** The tenant of definitions that hold for whoever has none of their own. */
  static final String EVERY_TENANT = "";

  // A campaign may be called like an anomaly, and is not meant by it.
  private static final String OF_STAGE = "STAGE ";
  private static final String OF_ANOMALY = "ANOMALY ";
  private static final String OWN = "OWN ";

  /** Makes a campaign of its text. */
  @FunctionalInterface
  interface Compiler {
    Campaign compile(RuleSource source, Map<String, PropertyType> schema)
        throws DefinitionException;
  }

  /**
   * What holds for a tenant in a span of time.
   *
   * @param fromMillis the span's first instant
   * @param toMillis the first instant behind it
   * @param policy the tenant's policy
   * @param byId the campaigns by id
   * @param byTrigger the same by what makes candidates: a stage, an anomaly's kind or the campaign
   *     itself, each with its sort before it
   * @param asked what the campaigns ask of the tenant's customers as a crowd
   */
  record Standing(
      long fromMillis,
      long toMillis,
      Policy policy,
      Map<String, RunningCampaign> byId,
      Map<String, List<RunningCampaign>> byTrigger,
      Curiosity asked) {

    List<RunningCampaign> triggeredBy(Moment moment) {
      String trigger;
      if (moment.stageChange() != null) {
        trigger = OF_STAGE + moment.stageChange().to();
      } else {
        trigger = (moment.anomaly() != null ? OF_ANOMALY : OWN) + moment.kind();
      }
      return byTrigger.getOrDefault(trigger, List.of());
    }
  }

  private final Compiler compiler;
  private final Map<String, Map<String, DefinitionHistory>> campaigns = new HashMap<>();
  private final Map<String, DefinitionHistory> policies = new HashMap<>();
  private final Map<String, Map<String, DefinitionHistory>> results = new HashMap<>();
  private final Map<RuleVersion, Campaign> compiled = new HashMap<>();
  private final Map<String, Standing> standings = new HashMap<>();
  private final Map<String, Set<String>> named = new HashMap<>();

  Playbook(Compiler compiler) {
    this.compiler = compiler;
  }

  /** A tenant's policies, as they are known from now on. */
  void setPolicies(String tenant, DefinitionHistory history) {
    policies.put(tenant, history);
    if (history.isOver()) {
      policies.remove(tenant);
    }
    changed();
  }

  /** What came of a campaign's experiments, as it is known from now on. */
  void setResults(String tenant, String campaign, DefinitionHistory history) {
    results.computeIfAbsent(tenant, t -> new HashMap<>()).put(campaign, history);
  }

  /** A campaign is no more, and what came of its experiments is nothing to a later one. */
  void removeResults(String tenant, String campaign) {
    results.getOrDefault(tenant, Map.of()).remove(campaign);
  }

  /**
   * What came of a version's experiment.
   *
   * @param foundMillis the earliest instant at which it was to be found
   * @return the newest that holds at the instant; null if none does
   */
  ExperimentResult result(String tenant, RunningCampaign running, long foundMillis, long atMillis) {
    ExperimentResult newest = null;
    DefinitionHistory known =
        results.getOrDefault(tenant, Map.of()).getOrDefault(running.id(), DefinitionHistory.none());
    for (DefinitionHistory.InForce each : known.versions()) {
      ExperimentResult result = each.version().result();
      if (each.fromMillis() <= atMillis
          && result.version() == running.version()
          && result.decidedAtMillis() >= Math.max(foundMillis, running.effectiveAtMillis())
          && (newest == null || result.decidedAtMillis() > newest.decidedAtMillis())) {
        newest = result;
      }
    }
    return newest;
  }

  /**
   * A campaign's versions, as they are known from now on.
   *
   * @throws DefinitionException if one can't be compiled; nothing has changed then
   */
  void setCampaign(String tenant, String id, DefinitionHistory history) throws DefinitionException {
    Map<RuleVersion, Campaign> added = new HashMap<>();
    for (DefinitionHistory.InForce version : history.versions()) {
      RuleVersion rule = version.version().rule();
      if (!rule.deleted() && !compiled.containsKey(rule)) {
        added.put(rule, compiler.compile(rule.source(), schemaOf(tenant)));
      }
    }
    compiled.putAll(added);
    DefinitionHistory before = campaigns.computeIfAbsent(tenant, t -> new TreeMap<>()).get(id);
    if (history.isOver()) {
      campaigns.get(tenant).remove(id);
    } else {
      campaigns.get(tenant).put(id, history);
    }
    if (before != null) {
      Set<RuleVersion> known = new HashSet<>();
      history.versions().forEach(version -> known.add(version.version().rule()));
      for (DefinitionHistory.InForce gone : before.versions()) {
        if (!known.contains(gone.version().rule()) || history.isOver()) {
          compiled.remove(gone.version().rule());
        }
      }
    }
    changed();
  }

  private void changed() {
    standings.clear();
    named.clear();
  }

  /** How long after it governs no more a version can have candidates. */
  long keptForMillis(DefinitionHistory.InForce version) {
    Campaign campaign = compiled.get(version.version().rule());
    return campaign == null
        ? 0
        : campaign.delayMillis() + Candidate.PATIENCE_MILLIS + Candidate.PATIENCE_MILLIS;
  }

  private Map<String, PropertyType> schemaOf(String tenant) {
    DefinitionHistory history = policies.getOrDefault(tenant, policies.get(EVERY_TENANT));
    if (history == null || history.versions().isEmpty()) {
      return Map.of();
    }
    DefinitionHistory.InForce newest = history.versions().get(history.versions().size() - 1);
    return newest.deleted() ? Map.of() : newest.version().policy().policy().schema();
  }

  /** What holds for a tenant at an instant. */
  Standing at(String tenant, long atMillis) {
    Standing standing = standings.get(tenant);
    if (standing == null || atMillis < standing.fromMillis() || atMillis >= standing.toMillis()) {
      standing = standing(tenant, atMillis);
      standings.put(tenant, standing);
    }
    return standing;
  }

  private Standing standing(String tenant, long atMillis) {
    long next = Long.MAX_VALUE;
    Map<String, RunningCampaign> byId = new TreeMap<>();
    Policy policy = Policy.DEFAULT;
    for (String of : List.of(EVERY_TENANT, tenant)) {
      for (Map.Entry<String, DefinitionHistory> known :
          campaigns.getOrDefault(of, Map.of()).entrySet()) {
        next = Math.min(next, known.getValue().nextChangeMillis(atMillis));
        DefinitionHistory.InForce governing = known.getValue().at(atMillis);
        if (governing != null) {
          byId.put(known.getKey(), running(governing));
        }
      }
      DefinitionHistory history = policies.get(of);
      if (history != null) {
        next = Math.min(next, history.nextChangeMillis(atMillis));
        DefinitionHistory.InForce governing = history.at(atMillis);
        policy = governing == null ? policy : governing.version().policy().policy();
      }
    }
    Map<String, List<RunningCampaign>> byTrigger = new HashMap<>();
    byId.values()
        .forEach(
            campaign ->
                byTrigger
                    .computeIfAbsent(trigger(campaign.campaign()), t -> new ArrayList<>())
                    .add(campaign));
    return new Standing(atMillis, next, policy, byId, byTrigger, Curiosity.of(byId.values()));
  }

  private RunningCampaign running(DefinitionHistory.InForce version) {
    RuleVersion rule = version.version().rule();
    return new RunningCampaign(
        compiled.get(rule), rule.version(), rule.effectiveAtMillis(), version.lifeMillis());
  }

  private static String trigger(Campaign campaign) {
    if (campaign.trigger() instanceof CampaignTrigger.OfStage stage) {
      return OF_STAGE + stage.to();
    } else if (campaign.trigger() instanceof CampaignTrigger.OfAnomaly anomaly) {
      return OF_ANOMALY + anomaly.kind();
    }
    return OWN + campaign.id();
  }

  /** A version that governed once; null if it is not known any more. */
  RunningCampaign version(String tenant, String id, int version, long effectiveAtMillis) {
    for (String of : List.of(tenant, EVERY_TENANT)) {
      DefinitionHistory history = campaigns.getOrDefault(of, Map.of()).get(id);
      if (history != null) {
        for (DefinitionHistory.InForce known : history.versions()) {
          RuleVersion rule = known.version().rule();
          if (!rule.deleted()
              && rule.version() == version
              && rule.effectiveAtMillis() == effectiveAtMillis) {
            return running(known);
          }
        }
      }
    }
    return null;
  }

  /** Whether a campaign of that id is known, in whatever version. */
  boolean knows(String tenant, String id) {
    return campaigns.getOrDefault(tenant, Map.of()).containsKey(id)
        || campaigns.getOrDefault(EVERY_TENANT, Map.of()).containsKey(id);
  }

  /** Whether any campaign ends or succeeds by an event of that name. */
  boolean isNamed(String tenant, String eventName) {
    return named.computeIfAbsent(tenant, this::names).contains(eventName);
  }

  private Set<String> names(String tenant) {
    Set<String> names = new HashSet<>();
    for (String of : List.of(EVERY_TENANT, tenant)) {
      for (DefinitionHistory history : campaigns.getOrDefault(of, Map.of()).values()) {
        for (DefinitionHistory.InForce version : history.versions()) {
          Campaign campaign = compiled.get(version.version().rule());
          if (campaign != null) {
            names.addAll(campaign.cancelOn());
            names.add(campaign.conversion().goal());
          }
        }
      }
    }
    names.remove(null);
    return names;
  }
}
