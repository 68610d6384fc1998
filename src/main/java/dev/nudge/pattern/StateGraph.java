package dev.nudge.pattern;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.cep.nfa.NFA;
import org.apache.flink.cep.nfa.State;
import org.apache.flink.cep.nfa.StateTransition;
import org.apache.flink.cep.nfa.StateTransitionAction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.aftermatch.NoSkipStrategy;
import org.apache.flink.cep.nfa.aftermatch.SkipPastLastStrategy;
import org.apache.flink.cep.nfa.aftermatch.SkipToFirstStrategy;
import org.apache.flink.cep.nfa.aftermatch.SkipToLastStrategy;
import org.apache.flink.cep.nfa.aftermatch.SkipToNextStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.nfa.compiler.NFAStateNameHandler;
import org.apache.flink.cep.pattern.MalformedPatternException;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;

/**
 * The states of one pattern and the edges between them, as Flink CEP compiles them, with all that a
 * {@link Matcher} would otherwise find out again for each event.
 *
 * <p>Example: cart, no payment within 30 minutes, has a state that waits for the cart and begins,
 * one that waits for silence, one where a payment stops it, and the final one.
 *
 * <p>An instance never changes, but its conditions belong to one thread.
 *
 * @param <E> events
 */
final class StateGraph<E> {
  /** Of a pattern or a state that waits for ever. */
  static final long NO_WINDOW = Long.MAX_VALUE;

  /** What Flink calls every group. */
  private static final String GROUP = "GroupPattern";

  /** What a match throws away. */
  enum Skip {
    NO_SKIP,
    PAST_LAST,
    TO_NEXT,
    TO_FIRST,
    TO_LAST
  }

  /** A state of the graph, with what is known about it beforehand. */
  static final class Node<E> {
    final int number;
    final int step;
    final State<E> state;
    final List<Edge<E>> edges = new ArrayList<>();
    long windowMillis = NO_WINDOW;
    boolean restsOnForeign;

    Node(int number, int step, State<E> state) {
      this.number = number;
      this.step = step;
      this.state = state;
    }
  }

  /** A way from one state to the next, or to itself. */
  static final class Edge<E> {
    final Node<E> source;
    final StateTransitionAction action;
    final Node<E> target;
    final Condition<E> condition;

    Edge(Node<E> source, StateTransitionAction action, Node<E> target, Condition<E> condition) {
      this.source = source;
      this.action = action;
      this.target = target;
      this.condition = condition;
    }
  }

  /** By number; a state has the same number in every process. */
  final List<Node<E>> nodes = new ArrayList<>();

  /** Names of the pattern's steps, by number, in alphabetical order. */
  final List<String> steps;

  final Node<E> begin;

  /** Between a match's first event and its last, milliseconds; or {@link #NO_WINDOW}. */
  final long windowMillis;

  /** Whether anything can time out at all. */
  final boolean windowed;

  final Skip skip;

  /** The number of the step that the skip strategy names; -1 if it names none. */
  final int skipStep;

  /** The names of all events that any condition asks for; null if every event may matter. */
  final Set<String> names;

  /** The names of events that may begin a match; null if every event may. */
  final Set<String> firstNames;

  /**
   * Compiles a pattern.
   *
   * @param scope what its conditions see beside events
   * @throws MalformedPatternException if Flink refuses it, or would fail on some stream of events:
   *     it could turn in circles, a NOT comes before anything is taken, or an edge leads nowhere
   */
  StateGraph(Pattern<E, ?> pattern, Scope scope) {
    NFA<E> compiled = compile(pattern);
    List<State<E>> states = new ArrayList<>(compiled.getStates());
    // By name, so that a state's number in a checkpoint means the same in the next process.
    states.sort(Comparator.comparing(State::getName));
    steps =
        List.copyOf(new TreeSet<>(states.stream().map(state -> stepOf(state.getName())).toList()));
    Map<String, Node<E>> byName = new HashMap<>();
    for (State<E> state : states) {
      Node<E> node =
          new Node<>(nodes.size(), Collections.binarySearch(steps, stepOf(state.getName())), state);
      nodes.add(node);
      byName.put(state.getName(), node);
    }
    Map<IterativeCondition<E>, Condition<E>> conditions = new HashMap<>();
    for (Node<E> node : nodes) {
      for (StateTransition<E> transition : node.state.getStateTransitions()) {
        if (transition.getTargetState() == null) {
          // Flink 2.2 mixes up the copies it makes for "greedy until" when the step is optional
          // too.
          throw new MalformedPatternException(
              "step " + steps.get(node.step) + " can't be greedy, until and optional here");
        }
        node.edges.add(
            new Edge<>(
                byName.get(transition.getSourceState().getName()),
                transition.getAction(),
                byName.get(transition.getTargetState().getName()),
                Condition.of(transition.getCondition(), conditions, scope)));
      }
    }
    begin = nodes.stream().filter(node -> node.state.isStart()).findFirst().orElseThrow();
    windowMillis = compiled.getWindowTime() > 0 ? compiled.getWindowTime() : NO_WINDOW;
    windowTimes(compiled).forEach((name, millis) -> byName.get(name).windowMillis = millis);
    windowed =
        windowMillis != NO_WINDOW
            || nodes.stream().anyMatch(node -> node.windowMillis != NO_WINDOW);
    AfterMatchSkipStrategy strategy = pattern.getAfterMatchSkipStrategy();
    skip = skip(strategy);
    skipStep = strategy.getPatternName().map(steps::indexOf).orElse(-1);
    refuseCircles();
    refuseNotBeforeAnything();
    names = names(nodes);
    firstNames = namesThatBegin();
    for (Node<E> node : nodes) {
      node.restsOnForeign = names != null && restsOnForeign(node);
    }
  }

  private static <E> NFA<E> compile(Pattern<E, ?> pattern) {
    try {
      return NFACompiler.<E>compileFactory(pattern, false).createNFA();
    } catch (StackOverflowError endless) {
      // Flink 2.2 copies what may follow a NOT, and in a circle it copies for ever.
      throw new MalformedPatternException("a repeated group may be empty");
    }
  }

  private static String stepOf(String stateName) {
    return NFAStateNameHandler.getOriginalNameFromInternal(stateName);
  }

  /**
   * Windows between two events, by state. Flink's compiler knows them and tells nobody, so they are
   * read from its field.
   */
  @SuppressWarnings("unchecked")
  private static Map<String, Long> windowTimes(NFA<?> compiled) {
    try {
      Field field = NFA.class.getDeclaredField("windowTimes");
      field.setAccessible(true);
      return (Map<String, Long>) field.get(compiled);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this is not the Flink CEP that Nudge was built with", e);
    }
  }

  private static Skip skip(AfterMatchSkipStrategy strategy) {
    if (strategy instanceof NoSkipStrategy) {
      return Skip.NO_SKIP;
    } else if (strategy instanceof SkipPastLastStrategy) {
      return Skip.PAST_LAST;
    } else if (strategy instanceof SkipToNextStrategy) {
      return Skip.TO_NEXT;
    } else if (strategy instanceof SkipToFirstStrategy) {
      return Skip.TO_FIRST;
    } else if (strategy instanceof SkipToLastStrategy) {
      return Skip.TO_LAST;
    } else {
      throw new MalformedPatternException("unknown skip strategy " + strategy);
    }
  }

  /** A group that repeats and may take nothing would be entered again and again by one event. */
  private void refuseCircles() {
    for (Node<E> node : nodes) {
      if (steps.get(node.step).equals(GROUP)) {
        // Every circle goes through a step that has a name of its own, which says more.
        continue;
      }
      Set<Node<E>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      Deque<Node<E>> open = new ArrayDeque<>();
      open.push(node);
      while (!open.isEmpty()) {
        for (Edge<E> edge : open.pop().edges) {
          if (edge.action != StateTransitionAction.PROCEED) {
            continue;
          }
          if (edge.target == node) {
            throw new MalformedPatternException(
                "step " + steps.get(node.step) + " stands in a repeated group that may be empty");
          }
          if (seen.add(edge.target)) {
            open.push(edge.target);
          }
        }
      }
    }
  }

  /**
   * Flink's API refuses a NOT after an optional step, but not after a group of optional steps. At
   * the beginning of a pattern there is then nothing yet that the NOT could end: stock CEP fails.
   */
  private void refuseNotBeforeAnything() {
    Set<Node<E>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node<E>> open = new ArrayDeque<>();
    open.push(begin);
    while (!open.isEmpty()) {
      for (Edge<E> edge : open.pop().edges) {
        if (edge.action != StateTransitionAction.PROCEED) {
          continue;
        }
        if (edge.target.state.isStop()) {
          throw new MalformedPatternException(
              "step " + steps.get(edge.target.step) + " is a NOT before anything was taken");
        }
        if (seen.add(edge.target)) {
          open.push(edge.target);
        }
      }
    }
  }

  /** The names that conditions ask for; null if one of them asks for none. */
  private static <E> Set<String> names(List<Node<E>> nodes) {
    Set<String> all = new TreeSet<>();
    for (Node<E> node : nodes) {
      for (Edge<E> edge : node.edges) {
        if (!edge.condition.addNames(all)) {
          return null;
        }
      }
    }
    return all;
  }

  /** The names by which a match can begin; null if any event may. */
  private Set<String> namesThatBegin() {
    Set<String> all = new TreeSet<>();
    Set<Node<E>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node<E>> open = new ArrayDeque<>();
    open.push(begin);
    while (!open.isEmpty()) {
      for (Edge<E> edge : open.pop().edges) {
        if (edge.action == StateTransitionAction.TAKE
            && (edge.condition.onForeign() || !edge.condition.addNames(all))) {
          return null;
        } else if (edge.action == StateTransitionAction.PROCEED && seen.add(edge.target)) {
          open.push(edge.target);
        }
      }
    }
    return all;
  }

  /** Whether an event that no condition asks for leaves a partial match here as it is. */
  private boolean restsOnForeign(Node<E> node) {
    boolean ignores = false;
    for (Edge<E> edge : node.edges) {
      if (edge.condition.onForeign()) {
        if (edge.action != StateTransitionAction.IGNORE || edge.target != node) {
          return false;
        }
        ignores = true;
      }
    }
    return ignores;
  }
}
