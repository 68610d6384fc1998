package dev.nudge.measure;

/** What is counted for alerts, in minutes; each only adds up. */
public enum AlertCount {
  /** Grants of a campaign that were sent; no subject. */
  GRANTS,
  /** Orders of a campaign that were paid, by last touch; subject: the window in milliseconds. */
  PAID,
  /**
   * What a campaign brought, by last touch, less refunds; subject: the window in milliseconds;
   * amount: ten-thousandths.
   */
  REVENUE,
  /** Grants with a cost; subject: the day in the policy's zone; amount: 10<sup>-8</sup>. */
  RESERVED,
  /** Messages that a channel sent; subject: the channel. */
  SENT,
  /** Messages that a channel could not send; subject: the channel. */
  FAILED,
  /** Customers who unsubscribed from a channel; subject: the channel. */
  UNSUBSCRIBED,
  /** Records of a topic; subject: the topic. */
  RECORDS
}
