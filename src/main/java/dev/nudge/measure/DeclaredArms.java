package dev.nudge.measure;

import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Experiment;
import dev.nudge.definition.Variant;
import dev.nudge.event.Decision;
import java.util.ArrayList;
import java.util.List;

/**
 * What a version of a campaign says about its arms: what {@link ExperimentBook} needs. Said with
 * every grant, sent or held back; once is enough.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param version the version
 * @param shares of the arms that are to have any, in declared order, {@link Decision#CONTROL} last;
 *     of a version that nobody defined the arms that were seen, without shares
 * @param experiment how the best variant is found, or null
 * @param scheduled whether customers wait for what comes of it, and say so; else nobody does, and
 *     it is to be found that long after the first grant
 * @param currency in which revenue and cost stand, or empty
 */
public record DeclaredArms(
    String tenant,
    String campaign,
    int version,
    List<ArmShare> shares,
    Experiment experiment,
    boolean scheduled,
    String currency) {

  /** Of a definition, which may be null. */
  static DeclaredArms of(String tenant, Grant grant, Campaign campaign) {
    return new DeclaredArms(
        tenant,
        grant.campaign(),
        grant.version(),
        campaign == null ? seen(grant) : shares(campaign),
        campaign == null ? null : campaign.experiment(),
        campaign != null && campaign.trigger() instanceof CampaignTrigger.OfTime,
        grant.costCurrency());
  }

  private static List<ArmShare> seen(Grant grant) {
    return grant.control() ? List.of() : List.of(new ArmShare(grant.variant(), 0));
  }

  private static List<ArmShare> shares(Campaign campaign) {
    List<ArmShare> shares = new ArrayList<>();
    int sent = Campaign.ALL_BASIS_POINTS - campaign.controlBasisPoints();
    for (Variant variant : campaign.variants()) {
      add(shares, variant.id(), (long) sent * variant.weightBasisPoints());
    }
    add(shares, Decision.CONTROL, (long) campaign.controlBasisPoints() * Campaign.ALL_BASIS_POINTS);
    return shares;
  }

  private static void add(List<ArmShare> shares, String arm, long shareE8) {
    if (shareE8 > 0) {
      shares.add(new ArmShare(arm, shareE8));
    }
  }

  boolean isDefined() {
    return shares.stream().anyMatch(share -> share.shareE8() > 0);
  }
}
