package dev.nudge.definition;

/** Placeholder. */
public record PolicyVersion(
    String tenant, int version, long effectiveAtMillis, Policy policy, boolean deleted) {}
