package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.nudge.event.Occurrence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class BenchPatternsTest {
  @Test
  void everyPatternCompiles() {
    for (PatternSet set : List.of(new PatternSet(1_000, false), new PatternSet(1_000, true))) {
      assertThat(set.patterns()).hasSize(1_000);
      for (Pattern<Occurrence, ?> pattern : set.patterns()) {
        assertThatCode(() -> NFACompiler.compileFactory(pattern, false)).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void noWindowOfTheFirstTwentyIsLongerThanTheLongest() {
    assertThat(new PatternSet(20, false).patterns())
        .extracting(pattern -> pattern.getWindowSize().orElseThrow())
        .allMatch(window -> window.compareTo(BenchPatterns.LONGEST_WINDOW) <= 0)
        .contains(BenchPatterns.LONGEST_WINDOW);
  }

  @Test
  void spreadPatternsAreAtMostTwentyAName() {
    Map<String, Integer> interested = interested(new PatternSet(1_000, true));
    assertThat(interested.values()).allMatch(count -> count <= 20);
    assertThat(interested).containsKey(Step.ADDED.in(EventStream.CUSTOM_FAMILIES));
  }

  @Test
  void crowdedPatternsAreAllAboutTheShopsOwnNames() {
    Set<String> own = new HashSet<>();
    for (Step step : Step.values()) {
      own.add(step.in(0));
    }
    assertThat(interested(new PatternSet(1_000, false)).keySet()).isEqualTo(own);
  }

  @Test
  void conditionsTravel() throws Exception {
    BenchPatterns.Named paid = new BenchPatterns.Named("Order Paid");
    BenchPatterns.Named travelled = InstantiationUtil.clone(paid);
    assertThat(travelled.names()).containsExactly("Order Paid");
    assertThat(travelled.filter(new Occurrence("Order Paid", 0, "m", null, Map.of()))).isTrue();
    assertThat(travelled.filter(new Occurrence("Order Placed", 0, "m", null, Map.of()))).isFalse();
  }

  private static Map<String, Integer> interested(PatternSet set) {
    Map<String, Integer> interested = new HashMap<>();
    for (Pattern<Occurrence, ?> pattern : set.patterns()) {
      for (String name : new HashSet<>(names(pattern))) {
        interested.merge(name, 1, Integer::sum);
      }
    }
    return interested;
  }

  private static List<String> names(Pattern<Occurrence, ?> last) {
    List<String> names = new ArrayList<>();
    for (Pattern<Occurrence, ?> step = last; step != null; step = step.getPrevious()) {
      IterativeCondition<?> condition = step.getCondition();
      assertThat(condition).isInstanceOf(BenchPatterns.Named.class);
      names.addAll(((BenchPatterns.Named) condition).names());
    }
    return names;
  }
}
