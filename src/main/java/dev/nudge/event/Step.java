package dev.nudge.event;

import java.util.List;

/**
 * The events that one step of a pattern matched.
 *
 * <p>A record of its own, since a map of lists is nothing that Flink's serializers know.
 *
 * @param name the step's name
 * @param events what it matched, in order; several where it repeats
 */
public record Step(String name, List<Occurrence> events) {}
