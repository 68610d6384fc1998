package dev.nudge.definition;

import java.util.List;

/**
 * To which similar people a campaign goes too.
 *
 * @param by the attributes that they have in common, such as {@code region}; one or more
 * @param limit how many at most for each moment
 */
public record Similar(List<String> by, int limit) {}
