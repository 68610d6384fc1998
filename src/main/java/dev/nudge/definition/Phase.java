package dev.nudge.definition;

import java.util.List;

/**
 * One part of a campaign.
 *
 * @param span when
 * @param goals names of the events that are wanted then; empty for the campaign's own goal
 */
public record Phase(Span span, List<String> goals) {}
