package dev.nudge.pattern;

/** When a rule speaks: on events, when time has passed, or when code of ours finds it. */
public sealed interface Trigger permits PatternTrigger, AfterTrigger, CodeTrigger {}
