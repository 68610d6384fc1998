package dev.nudge.definition;

/**
 * The parts of a large campaign, which its dashboards tell apart.
 *
 * @param warmUp the time before, or null
 * @param main the time that all is about, or null
 * @param afterMillis how long the time after the last of the two is; 0 for none
 */
public record Phases(Phase warmUp, Phase main, long afterMillis) {}
