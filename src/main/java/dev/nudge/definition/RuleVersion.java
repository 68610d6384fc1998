package dev.nudge.definition;

import dev.nudge.pattern.Rule;

/**
 * One version of a rule, as the jobs receive it.
 *
 * @param tenant the brand; null in a rehearsal's file, where it then holds for every tenant
 * @param kind what its moments are
 * @param id the rule's name within tenant and kind
 * @param version from 1; 0 for a deletion
 * @param effectiveAtMillis the event time from which it holds, epoch milliseconds, or the
 *     receiver's watermark if that is later; 0 for a deletion, which thus holds at once
 * @param onChange what becomes of what the version before has open
 * @param json what the file says, as JSON; null for a deletion
 * @param deleted true once the rule was deleted
 */
public record RuleVersion(
    String tenant,
    Rule.Kind kind,
    String id,
    int version,
    long effectiveAtMillis,
    OnChange onChange,
    String json,
    boolean deleted) {

  /** What it says, whichever version it is; not of a deletion. */
  public RuleSource source() {
    return new RuleSource(tenant, kind, id, onChange, json);
  }
}
