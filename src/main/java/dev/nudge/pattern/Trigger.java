package dev.nudge.pattern;

/** When a rule speaks: on events, or when time has passed. */
public sealed interface Trigger permits PatternTrigger, AfterTrigger {}
