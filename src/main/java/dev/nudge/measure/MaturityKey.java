package dev.nudge.measure;

/**
 * Whose windows have ended.
 *
 * @param tenant the brand
 * @param campaign the campaign
 * @param windowMillis the window, declared by the grants' version
 * @param hourMillis an hour's begin, epoch milliseconds
 */
public record MaturityKey(String tenant, String campaign, long windowMillis, long hourMillis) {}
