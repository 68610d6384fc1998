package dev.nudge.bench;

import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import java.util.Map;
import java.util.Random;

/**
 * Who is nudged while a shop's events go by, the same for the same seed: one event in five has a
 * grant of its customer, at its very instant. Half of all grants are of the few hot campaigns, the
 * others of all campaigns equally often. Nobody is held back.
 */
final class GrantStream {
  private static final int EVENTS_A_GRANT = 5;

  private final Random random;
  private final int campaigns;
  private final int hot;

  /**
   * A stream at its beginning.
   *
   * @param campaigns how many there are
   * @param hot how many of them have half of all grants
   */
  GrantStream(long seed, int campaigns, int hot) {
    this.random = new Random(seed);
    this.campaigns = campaigns;
    this.hot = hot;
  }

  /** The grant of an event; null for most. */
  Decision at(BenchEvent event) {
    if (random.nextInt(EVENTS_A_GRANT) != 0) {
      return null;
    }
    String campaign = MeasureCampaigns.id(random.nextInt(random.nextBoolean() ? hot : campaigns));
    String tenant = BenchEvent.TENANT;
    String customer = event.customerId();
    String moment = "m" + event.number();
    long atMillis = event.atMillis();
    return new Decision(
        Decision.id(tenant, campaign, 1, customer, moment, DecisionCode.SENT, atMillis),
        tenant,
        customer,
        campaign,
        1,
        moment,
        atMillis,
        atMillis,
        DecisionCode.SENT,
        null,
        Map.of(),
        null,
        MeasureCampaigns.VARIANT,
        MeasureCampaigns.CHANNEL,
        null,
        "t" + event.number(),
        Decision.grantId(tenant, campaign, 1, customer, moment));
  }
}
