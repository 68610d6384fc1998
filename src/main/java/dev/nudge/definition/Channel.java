package dev.nudge.definition;

import java.util.List;
import java.util.Map;

/**
 * A way to reach customers.
 *
 * @param kind what it is like
 * @param cost what it costs
 * @param consentDefault whether a customer who never said may be written to
 * @param positions where on the page, for an {@link Kind#ON_PAGE} channel; else empty
 */
public record Channel(Kind kind, Cost cost, Consent consentDefault, List<String> positions) {
  /** Where an {@link Kind#ON_PAGE} channel is shown where nothing is said. */
  static final List<String> POSITIONS =
      List.of("LOGIN", "HOME", "PRODUCT", "CART", "CHECKOUT", "ORDER_DONE", "REVIEW");

  /** The channels that every tenant has, free and with consent unless its policy says otherwise. */
  public static final Map<String, Channel> BUILT_IN =
      Map.of(
          "PUSH", of(Kind.ONE_WAY),
          "SMS", of(Kind.ONE_WAY),
          "EMAIL", of(Kind.ONE_WAY),
          "INBOX", of(Kind.ONE_WAY),
          "WECHAT", of(Kind.TWO_WAY),
          "WEIBO", of(Kind.TWO_WAY),
          "ON_PAGE", of(Kind.ON_PAGE));

  /** State restores what it does not know as nothing. */
  public Channel {
    positions = positions == null ? List.of() : positions;
  }

  private static Channel of(Kind kind) {
    return new Channel(
        kind, Cost.FREE, Consent.GRANTED, kind == Kind.ON_PAGE ? POSITIONS : List.of());
  }

  /** What channels are like. */
  public enum Kind {
    /** It comes to the customer, who can't answer. */
    ONE_WAY,
    /** It comes to the customer, who can answer. */
    TWO_WAY,
    /** It is shown to who is there: it knows no quiet hours, and ends with the visit. */
    ON_PAGE
  }
}
