package dev.nudge.detect;

import dev.nudge.pattern.EvaluationException;
import dev.nudge.pattern.PatternEngine;
import dev.nudge.pattern.RunningRule;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what went otherwise than a rule's author would have it; the first of each is logged, by
 * the kind of failure: what its message quotes may be a customer's.
 */
final class Incidents implements PatternEngine.Incidents {
  private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);

  /** Incidents that are remembered as logged; beyond it they are only counted. */
  private static final int MAX_LOGGED = 1_000;

  private final LongConsumer partialMatchesDropped;
  private final LongConsumer conditionsFailed;
  private final LongConsumer sectionsUnreadable;
  private final Set<String> logged = new HashSet<>();

  /** Each is told by how much its count grows. */
  Incidents(
      LongConsumer partialMatchesDropped,
      LongConsumer conditionsFailed,
      LongConsumer sectionsUnreadable) {
    this.partialMatchesDropped = partialMatchesDropped;
    this.conditionsFailed = conditionsFailed;
    this.sectionsUnreadable = sectionsUnreadable;
  }

  @Override
  public void limitHit(RunningRule rule, long count) {
    partialMatchesDropped.accept(count);
    log(rule, "a customer's partial matches reached their maximum; the newest were given up");
  }

  @Override
  public void failed(RunningRule rule, Exception reason) {
    conditionsFailed.accept(1);
    log(rule, "it is given up for a customer: " + reason.getClass().getSimpleName());
  }

  @Override
  public void unreadable(RunningRule rule, Exception reason) {
    sectionsUnreadable.accept(1);
    log(
        rule,
        "what a customer had open can't be read and is dropped: "
            + reason.getClass().getSimpleName());
  }

  /** A condition of a rule had no value, and so was false. */
  void failed(String id, EvaluationException reason) {
    conditionsFailed.accept(1);
    if (LOG.isDebugEnabled()) {
      Throwable cause = reason.getCause() == null ? reason : reason.getCause();
      LOG.debug("rule {}: a condition has no value: {}", id, cause.getClass().getSimpleName());
    }
  }

  private void log(RunningRule rule, String what) {
    String line = "rule %s of %s: %s".formatted(rule.rule().id(), rule.rule().tenant(), what);
    if (logged.size() < MAX_LOGGED && logged.add(line)) {
      LOG.warn("{}", line);
    }
  }
}
