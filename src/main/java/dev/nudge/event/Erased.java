package dev.nudge.event;

/**
 * A customer who is to be forgotten, by a profile with {@code erased: true}.
 *
 * @param atMillis the profile's event time, epoch milliseconds: what came until then is forgotten
 */
public record Erased(String tenant, String customerId, long atMillis) {}
