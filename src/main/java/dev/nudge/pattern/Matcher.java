package dev.nudge.pattern;

import dev.nudge.pattern.PartialMatch.Link;
import dev.nudge.pattern.StateGraph.Edge;
import dev.nudge.pattern.StateGraph.Node;
import dev.nudge.pattern.StateGraph.Skip;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.flink.cep.nfa.State;
import org.apache.flink.cep.nfa.StateTransitionAction;
import org.apache.flink.cep.pattern.MalformedPatternException;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;

/**
 * Finds the matches of one pattern, as Flink CEP finds them.
 *
 * <p>Flink itself compiles the pattern to its {@linkplain StateGraph graph of states}; this class
 * walks the graph. Where Flink keeps what partial matches took in a shared buffer with version
 * numbers, here each partial match holds a linked list of its events: the same matches, without a
 * table to look into. Everything that can be seen from outside is Flink's: which branches an event
 * opens, what times out before which event, which match of several comes first, and what a skip
 * strategy then throws away. A test holds both equal on random patterns and streams.
 *
 * <p>Example: cart, no payment within 30 minutes. A cart at 09:00 opens a partial match; {@link
 * #timeOutMillis} says 09:30; a payment at 09:20 ends it, or {@link #advance} to 09:30 returns it
 * as a match.
 *
 * <p>An instance belongs to one thread. It holds no customer's state.
 *
 * @param <E> events
 */
final class Matcher<E> {
  /** Nothing times out. */
  static final long NEVER = Long.MAX_VALUE;

  /** The longest chain of events of one partial match; a longer one is given up. */
  static final int MAX_EVENTS = 1_000;

  /** Edges looked at for one partial match and event; more is a graph that turns in circles. */
  private static final int MAX_VISITS = 10_000;

  private final Pattern<E, ?> pattern;
  private final StateGraph<E> graph;
  private final int maxPartialMatches;

  private final Context context = new Context();
  private final List<Edge<E>> edges = new ArrayList<>();
  private final Deque<Node<E>> toVisit = new ArrayDeque<>();
  private final List<PartialMatch<E>> next = new ArrayList<>();
  private final PartialMatch<E> notBegun;

  /** The heap that the last partial matches left behind, for the next. */
  private PriorityQueue<PartialMatch<E>> spare = new PriorityQueue<>(PartialMatch.BY_START);

  private long dropped;

  /**
   * Compiles a pattern.
   *
   * @param pattern what to look for
   * @param maxPartialMatches how many may be open at once; beyond it the latest to begin are given
   *     up, and {@linkplain #dropped counted}
   * @throws MalformedPatternException if Flink refuses it, or would fail on some stream of events:
   *     it could turn in circles, a NOT comes before anything is taken, or an edge leads nowhere
   */
  Matcher(Pattern<E, ?> pattern, int maxPartialMatches) {
    this(pattern, maxPartialMatches, name -> null);
  }

  /** Compiles a pattern whose conditions also see what a scope tells. */
  Matcher(Pattern<E, ?> pattern, int maxPartialMatches, Scope scope) {
    this.pattern = pattern;
    this.maxPartialMatches = maxPartialMatches;
    this.graph = new StateGraph<>(pattern, scope);
    this.notBegun = new PartialMatch<>(graph.begin.number, null, null);
  }

  /** The pattern. */
  Pattern<E, ?> pattern() {
    return pattern;
  }

  /** Names of the pattern's steps, by number. */
  List<String> steps() {
    return graph.steps;
  }

  /** How many states the graph has. */
  int states() {
    return graph.nodes.size();
  }

  /** The names of all events that any condition asks for; null if every event may matter. */
  Set<String> names() {
    return graph.names;
  }

  /** The names of events that may begin a match; null if every event may. */
  Set<String> firstNames() {
    return graph.firstNames;
  }

  /** How many partial matches were given up at a maximum since this was last asked. */
  long dropped() {
    long now = dropped;
    dropped = 0;
    return now;
  }

  /** Nothing on its way. */
  PartialMatches<E> none() {
    PartialMatches<E> none = new PartialMatches<>();
    none.open.add(notBegun);
    return none;
  }

  /** Whether an event that no condition asks for would change nothing at all. */
  boolean restsOnForeign(PartialMatches<E> matches) {
    if (graph.firstNames == null) {
      return false;
    }
    for (PartialMatch<E> match : matches.open) {
      if (match.start() != null && !graph.nodes.get(match.state()).restsOnForeign) {
        return false;
      }
    }
    return true;
  }

  /** When the first partial match times out, epoch milliseconds; {@link #NEVER} if none does. */
  long timeOutMillis(PartialMatches<E> matches) {
    if (!graph.windowed) {
      return NEVER;
    }
    long first = NEVER;
    for (PartialMatch<E> match : matches.open) {
      first = Math.min(first, timeOutMillis(match));
    }
    return first;
  }

  /**
   * Whether time alone may bring a match: something waits for silence, or a complete match for an
   * earlier one to be over. If not, what times out is only to be forgotten.
   */
  boolean waitsForSilence(PartialMatches<E> matches) {
    if (matches.anyComplete()) {
      return true;
    }
    for (PartialMatch<E> match : matches.open) {
      if (graph.nodes.get(match.state()).state.isPending()) {
        return true;
      }
    }
    return false;
  }

  /** When the last of those that time out does; {@link #NEVER} if one of them never does. */
  long allTimedOutMillis(PartialMatches<E> matches) {
    long last = Long.MIN_VALUE;
    for (PartialMatch<E> match : matches.open) {
      if (match.start() != null) {
        last = Math.max(last, timeOutMillis(match));
      }
    }
    return last;
  }

  private long timeOutMillis(PartialMatch<E> match) {
    Node<E> node = graph.nodes.get(match.state());
    if (match.start() == null || node.state.isStart()) {
      return NEVER;
    }
    long byStart =
        graph.windowMillis == StateGraph.NO_WINDOW
            ? NEVER
            : end(match.start().atMillis(), graph.windowMillis);
    return node.windowMillis == StateGraph.NO_WINDOW
        ? byStart
        : Math.min(byStart, end(match.newest().taken().atMillis(), node.windowMillis));
  }

  private static long end(long atMillis, long lengthMillis) {
    long end = atMillis + lengthMillis;
    return end < atMillis ? NEVER : end;
  }

  /**
   * No event before that time will come any more: what waited for silence has matched, what waited
   * for an event is over.
   */
  List<Match<E>> advance(PartialMatches<E> matches, long atMillis) {
    if (timeOutMillis(matches) > atMillis) {
      return List.of();
    }
    PriorityQueue<PartialMatch<E>> open = spare;
    open.clear();
    PriorityQueue<PartialMatch<E>> complete = null;
    for (PartialMatch<E> match : matches.open) {
      long timeOutMillis = timeOutMillis(match);
      if (timeOutMillis == NEVER || timeOutMillis > atMillis) {
        open.add(match);
      } else if (graph.nodes.get(match.state()).state.isPending()) {
        complete = with(complete, match);
      }
    }
    return settle(matches, open, complete);
  }

  /** An event happened; time has been {@linkplain #advance advanced} to it. */
  List<Match<E>> process(PartialMatches<E> matches, Taken<E> event) throws Exception {
    return process(matches, event, true);
  }

  /**
   * An event happened.
   *
   * @param mayBegin false if only what has begun may go on
   */
  List<Match<E>> process(PartialMatches<E> matches, Taken<E> event, boolean mayBegin)
      throws Exception {
    PriorityQueue<PartialMatch<E>> open = spare;
    open.clear();
    PriorityQueue<PartialMatch<E>> complete = null;
    for (PartialMatch<E> match : matches.open) {
      if (!mayBegin && match.start() == null) {
        open.add(match);
        continue;
      }
      step(match, event);
      boolean stopped = false;
      for (PartialMatch<E> follower : next) {
        State<E> state = graph.nodes.get(follower.state()).state;
        if (state.isFinal()) {
          complete = with(complete, follower);
        } else if (state.isStop()) {
          stopped = true;
        }
      }
      if (!stopped) {
        for (PartialMatch<E> follower : next) {
          if (!graph.nodes.get(follower.state()).state.isFinal()) {
            open.add(follower);
          }
        }
      }
    }
    List<Match<E>> found = settle(matches, open, complete);
    keepToMaximum(matches);
    return found;
  }

  private static <E> PriorityQueue<PartialMatch<E>> with(
      PriorityQueue<PartialMatch<E>> some, PartialMatch<E> one) {
    PriorityQueue<PartialMatch<E>> all =
        some == null ? new PriorityQueue<>(PartialMatch.BY_START) : some;
    all.add(one);
    return all;
  }

  /** What one partial match becomes by an event, into {@link #next}. */
  private void step(PartialMatch<E> match, Taken<E> event) throws Exception {
    next.clear();
    Node<E> from = graph.nodes.get(match.state());
    boolean beginning = from.state.isStart();
    context.match = match;
    context.taken = event;
    decide(from, event.event());
    for (Edge<E> edge : edges) {
      switch (edge.action) {
        case IGNORE -> {
          if (!beginning) {
            next.add(new PartialMatch<>(edge.target.number, match.newest(), match.start()));
          }
        }
        case TAKE -> {
          if (match.newest() != null && match.newest().length() >= MAX_EVENTS) {
            dropped++;
            continue;
          }
          Link<E> taken = new Link<>(edge.source.step, event, match.newest());
          Taken<E> start = beginning ? event : match.start();
          next.add(new PartialMatch<>(edge.target.number, taken, start));
          Node<E> end = finalBehind(edge.target, event.event());
          if (end != null) {
            next.add(new PartialMatch<>(end.number, taken, start));
          }
        }
        case PROCEED -> throw new IllegalStateException("proceeding is no outcome");
      }
    }
    if (beginning) {
      next.add(notBegun);
    }
  }

  /** The edges that an event takes from a state, and from those it proceeds to. */
  private void decide(Node<E> from, E event) throws Exception {
    edges.clear();
    toVisit.clear();
    toVisit.push(from);
    int visits = 0;
    while (!toVisit.isEmpty()) {
      for (Edge<E> edge : toVisit.pop().edges) {
        if (++visits > MAX_VISITS) {
          throw new IllegalStateException(
              "the graph of " + pattern.getName() + " turns in circles");
        }
        if (edge.condition.holds(event, context)) {
          if (edge.action == StateTransitionAction.PROCEED) {
            toVisit.push(edge.target);
          } else {
            edges.add(edge);
          }
        }
      }
    }
  }

  /** The final state, if nothing but optional steps lie between. */
  private Node<E> finalBehind(Node<E> node, E event) throws Exception {
    toVisit.clear();
    toVisit.push(node);
    while (!toVisit.isEmpty()) {
      for (Edge<E> edge : toVisit.pop().edges) {
        if (edge.action == StateTransitionAction.PROCEED && edge.condition.holds(event, context)) {
          if (edge.target.state.isFinal()) {
            return edge.target;
          }
          toVisit.push(edge.target);
        }
      }
    }
    return null;
  }

  /** Which complete matches may leave now, and what the skip strategy throws away by them. */
  private List<Match<E>> settle(
      PartialMatches<E> matches,
      PriorityQueue<PartialMatch<E>> open,
      PriorityQueue<PartialMatch<E>> complete) {
    spare = matches.open;
    matches.open = open;
    if (complete != null) {
      matches.complete().addAll(complete);
    }
    if (!matches.anyComplete()) {
      return List.of();
    }
    List<Match<E>> found = new ArrayList<>();
    while (!matches.complete().isEmpty()) {
      PartialMatch<E> earliest = matches.complete().peek();
      if (graph.skip != Skip.NO_SKIP
          && !open.isEmpty()
          && PartialMatch.BY_START.compare(earliest, open.peek()) > 0) {
        // One that began before may still match, and overrule it.
        break;
      }
      matches.complete().poll();
      Taken<E> limit = skipLimit(earliest);
      if (limit != null) {
        open.removeIf(other -> isSkipped(other, limit));
        matches.complete().removeIf(other -> isSkipped(other, limit));
      }
      found.add(match(earliest));
    }
    return found;
  }

  /** The event by which the skip strategy judges what began before; null if nothing is skipped. */
  private Taken<E> skipLimit(PartialMatch<E> match) {
    if (graph.skip == Skip.NO_SKIP) {
      return null;
    } else if (graph.skip == Skip.PAST_LAST) {
      return match.newest().taken();
    }
    Taken<E> limit = null;
    for (Link<E> link = match.newest(); link != null; link = link.previous()) {
      if (graph.skip == Skip.TO_NEXT) {
        limit = link.taken();
      } else if (link.step() == graph.skipStep) {
        limit = link.taken();
        if (graph.skip == Skip.TO_LAST) {
          break;
        }
      }
    }
    return limit;
  }

  private boolean isSkipped(PartialMatch<E> match, Taken<E> limit) {
    if (match.start() == null) {
      return false;
    }
    int order = match.start().compareTo(limit);
    boolean toElement = graph.skip == Skip.TO_FIRST || graph.skip == Skip.TO_LAST;
    return toElement ? order < 0 : order <= 0;
  }

  private Match<E> match(PartialMatch<E> complete) {
    Map<String, List<E>> byStep = new LinkedHashMap<>();
    for (Link<E> link : inOrder(complete.newest())) {
      byStep
          .computeIfAbsent(graph.steps.get(link.step()), name -> new ArrayList<>())
          .add(link.taken().event());
    }
    return new Match<>(byStep);
  }

  private static <E> List<Link<E>> inOrder(Link<E> newest) {
    List<Link<E>> links = new ArrayList<>(newest == null ? 0 : newest.length());
    for (Link<E> link = newest; link != null; link = link.previous()) {
      links.add(link);
    }
    Collections.reverse(links);
    return links;
  }

  private void keepToMaximum(PartialMatches<E> matches) {
    if (matches.open.size() - 1 <= maxPartialMatches
        && (!matches.anyComplete() || matches.complete().size() <= maxPartialMatches)) {
      return;
    }
    matches.open = earliest(matches.open, maxPartialMatches + 1);
    boolean waitsToBegin = matches.open.stream().anyMatch(match -> match.start() == null);
    if (!waitsToBegin) {
      matches.open = earliest(matches.open, maxPartialMatches);
      matches.open.add(notBegun);
    }
    PriorityQueue<PartialMatch<E>> complete = earliest(matches.complete(), maxPartialMatches);
    matches.complete().clear();
    matches.complete().addAll(complete);
  }

  private PriorityQueue<PartialMatch<E>> earliest(PriorityQueue<PartialMatch<E>> all, int max) {
    PriorityQueue<PartialMatch<E>> kept = new PriorityQueue<>(PartialMatch.BY_START);
    while (!all.isEmpty()) {
      PartialMatch<E> match = all.poll();
      if (kept.size() < max) {
        kept.add(match);
      } else if (match.start() != null) {
        dropped++;
      }
    }
    return kept;
  }

  /** What a condition may ask about the partial match that it is asked for. */
  final class Context implements IterativeCondition.Context<E> {
    private PartialMatch<E> match;
    private Taken<E> taken;

    @Override
    public Iterable<E> getEventsForPattern(String name) {
      int step = Collections.binarySearch(graph.steps, name);
      List<E> events = new ArrayList<>();
      for (Link<E> link : inOrder(match.newest())) {
        if (link.step() == step) {
          events.add(link.taken().event());
        }
      }
      return events;
    }

    @Override
    public long timestamp() {
      return taken.atMillis();
    }

    /** Event time: a pattern never looks at the wall clock. */
    @Override
    public long currentProcessingTime() {
      return taken.atMillis();
    }
  }
}
