package dev.nudge.event;

/**
 * A customer of a tenant: the key of every stream of customer events.
 *
 * @param tenant the brand
 * @param customerId the customer within it
 */
public record CustomerKey(String tenant, String customerId) {
  // The golden ratio of 32 bits: ids that count up come to lie far apart.
  private static final int FIBONACCI = 0x9E3779B9;

  /**
   * The first of the customer's own instants that is later than another one. Those of one customer
   * lie a step apart, the same for ever and on every machine, and those of a million customers all
   * over the step: what each has to do once in a while is not done by all at once.
   *
   * @param atMillis epoch milliseconds
   * @param stepMillis from one of the instants to the next, from 1 to 2^31
   */
  public long nextInstant(long atMillis, long stepMillis) {
    int scattered = (31 * tenant.hashCode() + customerId.hashCode()) * FIBONACCI;
    long place = (Integer.toUnsignedLong(scattered) * stepMillis) >>> Integer.SIZE;
    return (Math.floorDiv(atMillis - place, stepMillis) + 1) * stepMillis + place;
  }
}
