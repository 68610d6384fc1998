package dev.nudge.pattern;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules that hold for a tenant's customers for a while, and by which event names something may
 * begin: so that a rule which an event does not interest costs that event nothing, however many
 * there are.
 */
public final class RuleSet {
  private static final RunningRule[] NONE = {};

  private final List<RunningRule> inForce;
  private final Set<RunningRule> holding = new HashSet<>();
  private final Set<RunningRule> draining;
  private final Map<String, RunningRule[]> byName = new HashMap<>();
  private final RunningRule[] byAnyName;
  private final Set<String> names = new HashSet<>();
  private final boolean anyName;

  /**
   * What holds.
   *
   * @param inForce the rules in force
   * @param draining older versions that end what they have begun, and begin nothing
   */
  public RuleSet(List<RunningRule> inForce, Set<RunningRule> draining) {
    this.inForce = List.copyOf(inForce);
    this.draining = Set.copyOf(draining);
    holding.addAll(inForce);
    Map<String, List<RunningRule>> beginning = new HashMap<>();
    List<RunningRule> always = new ArrayList<>();
    for (RunningRule rule : inForce) {
      if (rule.firstNames() == null) {
        always.add(rule);
      } else {
        rule.firstNames()
            .forEach(name -> beginning.computeIfAbsent(name, n -> new ArrayList<>()).add(rule));
      }
    }
    byAnyName = always.toArray(NONE);
    beginning.forEach(
        (name, rules) -> {
          List<RunningRule> all = new ArrayList<>(rules);
          all.addAll(always);
          byName.put(name, all.toArray(NONE));
        });
    boolean any = false;
    for (RunningRule rule : union(inForce, draining)) {
      if (rule.names() == null) {
        any = true;
      } else {
        names.addAll(rule.names());
      }
    }
    anyName = any;
  }

  private static List<RunningRule> union(List<RunningRule> inForce, Set<RunningRule> draining) {
    List<RunningRule> all = new ArrayList<>(inForce);
    all.addAll(draining);
    return all;
  }

  /** The rules in force. */
  public List<RunningRule> inForce() {
    return inForce;
  }

  /** Whether any rule asks for events of that name. */
  public boolean asksFor(String name) {
    return anyName || names.contains(name);
  }

  /** The rules of which something may begin by an event of that name. */
  RunningRule[] beginningBy(String name) {
    RunningRule[] rules = byName.get(name);
    return rules == null ? byAnyName : rules;
  }

  boolean isInForce(RunningRule rule) {
    return holding.contains(rule);
  }

  /** Whether what the rule has begun goes on. */
  boolean goesOn(RunningRule rule) {
    return holding.contains(rule) || draining.contains(rule);
  }
}
