package dev.nudge.definition;

/**
 * One version of a tenant's policy, as the jobs receive it; of one tenant the newest on the topic
 * counts.
 *
 * @param tenant the brand
 * @param version from 1, counting since the policy was last created; 0 for a deletion
 * @param effectiveAtMillis the event time from which it holds, epoch milliseconds, or the
 *     receiver's watermark if that is later; 0 for a deletion, which thus holds at once
 * @param policy its content; null for a deletion
 * @param deleted true once the policy was deleted, so that {@link Policy#DEFAULT} holds
 */
public record PolicyVersion(
    String tenant, int version, long effectiveAtMillis, Policy policy, boolean deleted) {

  static PolicyVersion deletion(String tenant) {
    return new PolicyVersion(tenant, 0, 0, null, true);
  }
}
