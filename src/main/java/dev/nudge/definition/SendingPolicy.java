package dev.nudge.definition;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a tenant decided about what is sent to its customers.
 *
 * @param paused true stops all of the tenant's sends
 * @param channels the declared channels by name; {@link #channel} knows the built-in ones too
 * @param quietHours when nobody is disturbed, or null
 * @param caps how much is too much
 * @param heldCoupons how many unused coupons campaigns may leave in one customer's hands; null for
 *     no limit
 * @param globalControlBasisPoints the share of customers who get no marketing at all, 0 to 10,000
 * @param salt another one deals the global control anew
 */
public record SendingPolicy(
    boolean paused,
    Map<String, Channel> channels,
    QuietHours quietHours,
    List<Cap> caps,
    Integer heldCoupons,
    int globalControlBasisPoints,
    String salt) {

  /** What holds where a policy says nothing. */
  public static final SendingPolicy DEFAULT =
      new SendingPolicy(false, Map.of(), null, List.of(), null, 0, "");

  /** State restores what it does not know as nothing. */
  public SendingPolicy {
    channels = channels == null ? Map.of() : channels;
    caps = caps == null ? List.of() : caps;
    salt = salt == null ? "" : salt;
  }

  /** The same, stopped or not. */
  SendingPolicy withPaused(boolean isPaused) {
    return new SendingPolicy(
        isPaused, channels, quietHours, caps, heldCoupons, globalControlBasisPoints, salt);
  }

  /** A channel by its name: as declared, else as built in; null if there is none. */
  public Channel channel(String name) {
    Channel declared = channels.get(name);
    return declared != null ? declared : Channel.BUILT_IN.get(name);
  }

  /** All channels, by name. */
  public Map<String, Channel> allChannels() {
    Map<String, Channel> all = new TreeMap<>(Channel.BUILT_IN);
    all.putAll(channels);
    return all;
  }
}
