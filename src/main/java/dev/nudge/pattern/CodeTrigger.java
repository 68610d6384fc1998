package dev.nudge.pattern;

/**
 * What no pattern and no timer can say: Nudge's own code finds it, by the rule's parameters.
 *
 * @param name what the code is known by, {@code refills}
 */
public record CodeTrigger(String name) implements Trigger {}
