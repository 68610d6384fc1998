package dev.nudge.definition;

import java.util.List;

/**
 * The key of a definition on its topic, {@code tenant|kind|id}.
 *
 * @param tenant the brand
 * @param kind {@code policy}
 * @param id the definition's name within tenant and kind
 */
record DefinitionKey(String tenant, String kind, String id) {
  /** The one policy of a tenant. */
  static DefinitionKey policy(String tenant) {
    return new DefinitionKey(tenant, PolicyCodec.KIND, PolicyCodec.ID);
  }

  /** Parses a key; null if it has not three parts. No part holds a {@code |}, so it is exact. */
  static DefinitionKey parse(String key) {
    List<String> parts = List.of(key.split("\\|", -1));
    return parts.size() == 3 ? new DefinitionKey(parts.get(0), parts.get(1), parts.get(2)) : null;
  }

  @Override
  public String toString() {
    return tenant + "|" + kind + "|" + id;
  }
}
