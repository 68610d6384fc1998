package dev.nudge.definition;

import dev.nudge.event.Units;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * How many customers a campaign can reach by one channel with what it may cost and give.
 *
 * @param channel the channel
 * @param touch what a touch is expected to cost: the channel, the campaign, and the resource's
 *     smallest amount
 * @param customers how many at most; {@link Campaign#UNLIMITED} where nothing limits it
 */
public record Reach(String channel, BigDecimal touch, long customers) {
  /** Decimal places of a touch: a CPM's thousandth of a ten-thousandth. */
  private static final int SCALE = 7;

  private static final BigInteger THOUSAND = BigInteger.valueOf(1_000);

  /**
   * The reach by one of its channels.
   *
   * @param sending the policy of its tenant
   */
  public static Reach of(Campaign campaign, String channel, SendingPolicy sending) {
    Channel way = sending.channel(channel);
    Resource resource = campaign.resource();
    BigInteger touch =
        BigInteger.valueOf(way == null ? 0 : way.cost().expectedMilliUnits())
            .add(BigInteger.valueOf(campaign.cost().expectedMilliUnits()));
    long customers = Campaign.UNLIMITED;
    if (resource != null) {
      touch = touch.add(BigInteger.valueOf(resource.amountMinUnits()).multiply(THOUSAND));
      customers = resource.total();
    }
    long total = campaign.budget().totalUnits();
    if (total != Campaign.UNLIMITED && touch.signum() > 0) {
      customers =
          BigInteger.valueOf(total)
              .multiply(THOUSAND)
              .divide(touch)
              .min(BigInteger.valueOf(customers))
              .longValueExact();
    }
    return new Reach(channel, new BigDecimal(touch, SCALE), customers);
  }

  /** What a touch costs, to four places. */
  public String touchText() {
    return Units.format(touch.setScale(Units.SCALE, RoundingMode.HALF_UP).unscaledValue());
  }
}
