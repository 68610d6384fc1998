package dev.nudge.measure;

/**
 * A step that a grant reached.
 *
 * @param atMillis when, epoch milliseconds
 * @param amountUnits with which amount, in ten-thousandths
 * @param currency of the amount, or empty
 * @param channel by which the grant had come to the customer by then, or null
 * @param fact by which event; null where by the decision itself
 */
record Reached(long atMillis, long amountUnits, String currency, String channel, Fact fact) {}
