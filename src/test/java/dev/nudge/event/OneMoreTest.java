package dev.nudge.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OneMoreTest {
  private static final Value RED = Value.string("red");
  private static final Value BLUE = Value.string("blue");

  @Test
  void isTheSameAsACopyWithOneMore() {
    for (Map<String, Value> others :
        Map.of("none", Map.<String, Value>of(), "two", Map.of("size", BLUE, "price", RED))
            .values()) {
      Map<String, Value> copy = new HashMap<>(others);
      copy.put("colour", RED);
      Map<String, Value> more = new OneMore(others, "colour", RED);
      assertThat(more).isEqualTo(copy).hasSameHashCodeAs(copy).hasSize(copy.size());
      assertThat(copy).isEqualTo(more);
      assertThat(more.get("colour")).isEqualTo(RED);
      assertThat(more.get("weight")).isNull();
      assertThat(more.containsKey("weight")).isFalse();
    }
  }

  @Test
  void winsOverOneOfItsName() {
    Map<String, Value> more = new OneMore(Map.of("colour", BLUE, "size", BLUE), "colour", RED);
    assertThat(more).containsOnly(Map.entry("colour", RED), Map.entry("size", BLUE)).hasSize(2);
    Iterator<String> names = more.keySet().iterator();
    names.next();
    names.next();
    assertThat(names.hasNext()).isFalse();
    assertThatThrownBy(names::next).isInstanceOf(java.util.NoSuchElementException.class);
  }
}
