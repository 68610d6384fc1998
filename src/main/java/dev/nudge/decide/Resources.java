package dev.nudge.decide;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.Claim;
import dev.nudge.definition.Diminishing;
import dev.nudge.definition.Resource;
import dev.nudge.definition.Threshold;
import dev.nudge.event.GrantedResource;

/**
 * What a campaign's resource is to one customer: the amount, dealt or diminished, and until when it
 * can be claimed and used.
 */
final class Resources {
  private Resources() {}

  /** What a decision gives; null if its campaign has nothing to give. */
  static GrantedResource granted(Attempt attempt) {
    Resource resource = attempt.campaign().resource();
    return resource == null
        ? null
        : granted(resource, amountUnits(attempt, resource), attempt.atMillis);
  }

  /** What a grant gave at its decision. */
  static GrantedResource granted(Campaign campaign, Grant grant) {
    return granted(campaign.resource(), grant.amountUnits, grant.decidedMillis);
  }

  private static GrantedResource granted(Resource resource, long amountUnits, long decidedMillis) {
    Claim claim = resource.claim();
    boolean hasEnd = resource.validUntilMillis() != Long.MAX_VALUE;
    return new GrantedResource(
        resource.kind().name(),
        resource.type(),
        amountUnits,
        claim != null && claim.span() != null && claim.span().hasFrom()
            ? (Long) claim.span().fromMillis()
            : null,
        claim == null ? null : (Long) claim.lapsesAtMillis(decidedMillis),
        resource.validForMillis() == 0 ? null : (Long) resource.validForMillis(),
        hasEnd ? (Long) resource.validUntilMillis() : null,
        threshold(resource.threshold()));
  }

  private static GrantedResource.Threshold threshold(Threshold threshold) {
    return threshold == null
        ? null
        : new GrantedResource.Threshold(
            threshold.amountUnits(),
            threshold.categories(),
            threshold.products(),
            threshold.stores(),
            threshold.cities());
  }

  private static long amountUnits(Attempt attempt, Resource resource) {
    long units = resource.amountMinUnits();
    if (resource.isRandom()) {
      int h = attempt.deal(Chance.Purpose.AMOUNT, attempt.candidate.momentId);
      units = Chance.amount(units, resource.amountMaxUnits(), h);
    }
    Diminishing diminishing = resource.diminishing();
    if (diminishing == null) {
      return units;
    }
    long earlier =
        attempt.recipient.countOf(attempt.running.id(), attempt.running.lifeMillis()).held();
    attempt.show("earlierHeld", earlier);
    return earlier < diminishing.ratiosUnits().size()
        ? Chance.portion(units, diminishing.ratiosUnits().get((int) earlier))
        : diminishing.thenUnits();
  }
}
