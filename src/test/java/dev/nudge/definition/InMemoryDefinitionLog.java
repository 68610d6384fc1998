package dev.nudge.definition;

import java.util.Map;
import java.util.TreeMap;

/** The log's twin in memory; counts what was appended. */
public final class InMemoryDefinitionLog implements DefinitionLog {
  private final Map<String, byte[]> newest = new TreeMap<>();
  private int appended;

  @Override
  public Map<String, byte[]> newest() {
    return new TreeMap<>(newest);
  }

  @Override
  public void put(String key, byte[] value) {
    appended++;
    if (value == null) {
      newest.remove(key);
    } else {
      newest.put(key, value);
    }
  }

  /** How many records were appended so far. */
  public int appended() {
    return appended;
  }
}
