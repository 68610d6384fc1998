package dev.nudge.event;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/** Fields with one more, which wins over one of its name, without a copy of the others. */
final class OneMore extends AbstractMap<String, Value> {
  private final Map<String, Value> others;
  private final String name;
  private final Value value;

  OneMore(Map<String, Value> others, String name, Value value) {
    this.others = others;
    this.name = name;
    this.value = value;
  }

  @Override
  public Value get(Object key) {
    return name.equals(key) ? value : others.get(key);
  }

  @Override
  public boolean containsKey(Object key) {
    return name.equals(key) || others.containsKey(key);
  }

  @Override
  public Set<Entry<String, Value>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return others.containsKey(name) ? others.size() : others.size() + 1;
      }

      @Override
      public Iterator<Entry<String, Value>> iterator() {
        return OneMore.this.iterator();
      }
    };
  }

  private Iterator<Entry<String, Value>> iterator() {
    Iterator<Entry<String, Value>> rest = others.entrySet().iterator();
    return new Iterator<>() {
      private Entry<String, Value> next = Map.entry(name, value);

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public Entry<String, Value> next() {
        if (next == null) {
          throw new NoSuchElementException();
        }
        Entry<String, Value> now = next;
        next = null;
        while (next == null && rest.hasNext()) {
          Entry<String, Value> other = rest.next();
          next = other.getKey().equals(name) ? null : other;
        }
        return now;
      }
    };
  }
}
