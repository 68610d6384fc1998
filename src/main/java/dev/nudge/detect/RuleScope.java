package dev.nudge.detect;

import dev.nudge.definition.AnomalyPolicy;
import dev.nudge.event.Value;
import dev.nudge.pattern.EvaluationException;
import dev.nudge.pattern.Rule;
import dev.nudge.pattern.Scope;

/** What a rule's expressions see: its parameters, as the tenant set them, and the customer. */
final class RuleScope implements Scope {
  private static final String PARAMS = "params.";

  private final Rule rule;
  private final CustomerScope customer;
  private final Incidents incidents;

  RuleScope(Rule rule, CustomerScope customer, Incidents incidents) {
    this.rule = rule;
    this.customer = customer;
    this.incidents = incidents;
  }

  @Override
  public Object find(String name) {
    return name.startsWith(PARAMS) ? param(name.substring(PARAMS.length())) : customer.find(name);
  }

  private Value param(String name) {
    AnomalyPolicy changed = customer.policy().anomalies().get(rule.id());
    Value value =
        changed == null || rule.kind() != Rule.Kind.ANOMALY ? null : changed.params().get(name);
    return value == null ? rule.params().get(name) : value;
  }

  @Override
  public long ordersBetween(long afterMillis, long untilMillis) {
    return customer.ordersBetween(afterMillis, untilMillis);
  }

  @Override
  public void failed(EvaluationException failure) {
    incidents.failed(rule.id(), failure);
  }
}
