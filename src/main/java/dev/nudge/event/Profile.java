package dev.nudge.event;

import java.util.Map;

/**
 * What the shop knows of a customer. Attributes and consents merge by key; the later one wins.
 *
 * @param attributes {@code memberLevel}, {@code birthDate}, {@code timezone}, …
 * @param consents by channel
 * @param erased true removes the customer from every state
 */
public record Profile(
    Map<String, Value> attributes, Map<String, Boolean> consents, boolean erased) {}
