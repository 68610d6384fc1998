package dev.nudge.decide;

/**
 * Where a granted resource stands, and what may follow.
 *
 * <pre>
 *              receipt, to be claimed            claimed
 *   RESERVED ──────────────────────────► OFFERED ───────► HELD ──► REDEEMED
 *      │ │ └── receipt, or claimed ────────│─│────────────►│ │
 *      │ │                                 │ │             │ └───► EXPIRED
 *      │ └──── not claimed in time ────────│─┴► LAPSED     │
 *      └────── failed, or no receipt ──────┴──► RELEASED ◄─┘ failed, where it need not be claimed
 * </pre>
 *
 * <p>Who names a grant by its id may redeem it from any of the first three: the shop has seen it.
 * LAPSED and RELEASED give the amount back.
 */
enum CouponState {
  /** Promised at the decision; nobody knows whether the customer heard of it. */
  RESERVED,
  /** The customer heard of it and has yet to claim it. */
  OFFERED,
  /** In the customer's hands. */
  HELD,
  /** Used. */
  REDEEMED,
  /** Not used in time. */
  EXPIRED,
  /** Not claimed in time. */
  LAPSED,
  /** Never reached the customer. */
  RELEASED;

  /** Whether something may still follow. */
  boolean isOpen() {
    return this == RESERVED || this == OFFERED || this == HELD;
  }

  /** Whether the resource is there to be given to somebody else. */
  boolean givesBack() {
    return this == LAPSED || this == RELEASED;
  }

  /** Whether that may follow. */
  boolean leadsTo(CouponState next) {
    return switch (next) {
      case RESERVED -> false;
      case OFFERED -> this == RESERVED;
      case HELD, LAPSED -> this == RESERVED || this == OFFERED;
      case REDEEMED, RELEASED -> isOpen();
      case EXPIRED -> this == HELD;
    };
  }
}
