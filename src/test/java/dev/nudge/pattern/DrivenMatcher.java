package dev.nudge.pattern;

import dev.nudge.pattern.Visit.Arrival;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.cep.nfa.compiler.NFACompiler;

/**
 * Ours: the matcher, driven as the operator drives it. Each customer's events in order of time, at
 * equal time as they arrived; events that can change nothing are left out; partial matches are
 * dropped when none is on its way.
 */
final class DrivenMatcher implements Trial.Finder {
  /** When time-outs are noticed. */
  enum Rhythm {
    /** At their exact instants, between events too: as our operator does it. */
    EXACT,
    /**
     * When stock CEP notices them: before each event, and at those watermarks by which an event of
     * the customer or the end of a window is reached. So several may be noticed together.
     */
    STOCK
  }

  private static final class Customer {
    final TreeMap<Long, List<Visit>> waiting = new TreeMap<>();
    final TreeSet<Long> timers = new TreeSet<>();
    final List<String> found = new ArrayList<>();
    PartialMatches<Visit> matches;
  }

  private final Rhythm rhythm;

  DrivenMatcher(Rhythm rhythm) {
    this.rhythm = rhythm;
  }

  @Override
  public Map<String, List<String>> find(Trial trial) throws Exception {
    Matcher<Visit> matcher = new Matcher<>(trial.shape().pattern(), Integer.MAX_VALUE - 1);
    long windowMillis =
        NFACompiler.compileFactory(trial.shape().pattern(), false).createNFA().getWindowTime();
    Map<String, Customer> customers = new HashMap<>();
    long watermarkMillis = Long.MIN_VALUE;
    for (Arrival arrival : trial.stream()) {
      Visit visit = arrival.visit();
      if (visit == null) {
        watermarkMillis = arrival.watermarkMillis();
        for (Customer customer : customers.values()) {
          if (rhythm == Rhythm.EXACT) {
            advance(matcher, customer, watermarkMillis);
          } else {
            advanceAsStock(matcher, customer, watermarkMillis, windowMillis);
          }
        }
      } else if (visit.atMillis() > watermarkMillis) {
        customers
            .computeIfAbsent(visit.customer(), name -> new Customer())
            .waiting
            .computeIfAbsent(visit.atMillis(), instant -> new ArrayList<>())
            .add(visit);
      }
    }
    if (matcher.dropped() > 0) {
      throw new IllegalStateException("a case is too large to be compared");
    }
    Map<String, List<String>> found = new TreeMap<>();
    customers.forEach(
        (name, customer) -> {
          if (!customer.found.isEmpty()) {
            found.put(name, customer.found);
          }
        });
    return found;
  }

  private static void advance(Matcher<Visit> matcher, Customer customer, long watermarkMillis)
      throws Exception {
    while (true) {
      long timeOutMillis =
          customer.matches == null ? Matcher.NEVER : matcher.timeOutMillis(customer.matches);
      long eventMillis = customer.waiting.isEmpty() ? Long.MAX_VALUE : customer.waiting.firstKey();
      if (timeOutMillis != Matcher.NEVER
          && timeOutMillis <= Math.min(eventMillis, watermarkMillis)) {
        timeOut(matcher, customer, timeOutMillis);
      } else if (!customer.waiting.isEmpty() && eventMillis <= watermarkMillis) {
        List<Visit> instant = customer.waiting.pollFirstEntry().getValue();
        for (int ordinal = 0; ordinal < instant.size(); ordinal++) {
          process(matcher, customer, instant.get(ordinal), ordinal);
        }
      } else {
        return;
      }
    }
  }

  private static void advanceAsStock(
      Matcher<Visit> matcher, Customer customer, long watermarkMillis, long windowMillis)
      throws Exception {
    boolean called = false;
    while (!customer.waiting.isEmpty() && customer.waiting.firstKey() <= watermarkMillis) {
      long atMillis = customer.waiting.firstKey();
      timeOut(matcher, customer, atMillis);
      List<Visit> instant = customer.waiting.pollFirstEntry().getValue();
      for (int ordinal = 0; ordinal < instant.size(); ordinal++) {
        process(matcher, customer, instant.get(ordinal), ordinal);
      }
      if (windowMillis > 0) {
        customer.timers.add(atMillis + windowMillis);
      }
      called = true;
    }
    while (!customer.timers.isEmpty() && customer.timers.first() <= watermarkMillis) {
      customer.timers.pollFirst();
      called = true;
    }
    if (called) {
      timeOut(matcher, customer, watermarkMillis);
    }
  }

  private static void timeOut(Matcher<Visit> matcher, Customer customer, long atMillis) {
    if (customer.matches != null) {
      write(customer, matcher.advance(customer.matches, atMillis));
      forgetIfIdle(customer);
    }
  }

  private static void process(Matcher<Visit> matcher, Customer customer, Visit visit, int ordinal)
      throws Exception {
    if (customer.matches == null) {
      if (matcher.firstNames() != null && !matcher.firstNames().contains(visit.name())) {
        return;
      }
      customer.matches = matcher.none();
    } else if (matcher.names() != null
        && !matcher.names().contains(visit.name())
        && matcher.restsOnForeign(customer.matches)) {
      return;
    }
    write(
        customer, matcher.process(customer.matches, new Taken<>(visit, visit.atMillis(), ordinal)));
    forgetIfIdle(customer);
  }

  private static void write(Customer customer, List<Match<Visit>> matches) {
    for (Match<Visit> match : matches) {
      customer.found.add(Trial.written(match.steps()));
    }
  }

  private static void forgetIfIdle(Customer customer) {
    if (customer.matches.isEmpty()) {
      customer.matches = null;
    }
  }
}
