package dev.nudge.measure;

/**
 * An alert, when it begins and again when it is over.
 *
 * @param tenant the brand; empty for the whole deployment
 * @param kind what is wrong
 * @param campaign the campaign; empty where it is about none
 * @param subject the channel, topic, hour, day or definition that it is about, or empty
 * @param atMillis since when, epoch milliseconds
 * @param untilMillis when it was over, epoch milliseconds; null while it lasts
 * @param actual what was found when it began
 * @param expected the bound that was crossed then
 * @param inputs how much is counted in it: of two rows of an alert the one of more stands
 */
public record AlertRow(
    String tenant,
    AlertKind kind,
    String campaign,
    String subject,
    long atMillis,
    Long untilMillis,
    double actual,
    double expected,
    long inputs) {}
