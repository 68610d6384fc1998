package dev.nudge.measure;

/**
 * That a version of a definition was taken, or was not.
 *
 * @param tenant the brand; empty where it holds for every one
 * @param definition its kind and id, {@code campaign cart-rescue}
 * @param version the version
 * @param atMillis from when it was to hold, epoch milliseconds
 * @param taken false if the version before stays in force
 */
public record DefinitionOutcome(
    String tenant, String definition, int version, long atMillis, boolean taken) {}
