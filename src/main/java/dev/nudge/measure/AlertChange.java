package dev.nudge.measure;

import java.math.BigInteger;

/**
 * What is to be added to what alerts are judged by. Changes of one minute, count and subject only
 * add up.
 *
 * @param tenant the brand; empty for what is of the whole deployment
 * @param campaign the campaign; empty where it is about none
 * @param what what is counted
 * @param subject what {@code what} explains, or empty
 * @param minuteMillis the begin of the minute in which it happened, epoch milliseconds
 * @param count how many more; negative in a correction
 * @param amount how much more, in the unit that {@code what} says; zero where it has none
 */
public record AlertChange(
    String tenant,
    String campaign,
    AlertCount what,
    String subject,
    long minuteMillis,
    long count,
    BigInteger amount) {

  /** Both together, of one minute, count and subject. */
  AlertChange plus(AlertChange other) {
    return new AlertChange(
        tenant,
        campaign,
        what,
        subject,
        minuteMillis,
        Math.addExact(count, other.count),
        amount.add(other.amount));
  }
}
