package dev.nudge.pattern;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Occurrence;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Runs all rules of a customer at once, over one array of bytes.
 *
 * <p>For each customer: {@link #load}; then for each instant {@link #beforeEvents}, each event by
 * {@link #event} and, once the features know it, {@link #afterEvent}, then {@link #afterEvents};
 * then {@link #save}. Example: of a thousand rules of a tenant, twenty begin with {@code Product
 * Added}: an event of that name looks at those twenty and at what the customer has open, and a
 * {@code Product Viewed} at neither, if nobody asks for it.
 *
 * <p>State: a section for each rule that has something open (and each value of its {@code by}),
 * which goes when the last partial match ends or the rule runs no more, and the events that
 * sections hold, each once, which go with the last section that holds them.
 *
 * <p>An instance belongs to one thread.
 */
public final class PatternEngine {
  /** Values of a rule's {@code by} that one customer may have open; a further one is not begun. */
  public static final int MAX_PARTITIONS = 200;

  /**
   * Where nothing waits for silence, what has timed out is forgotten with the customer's next event
   * that matters, or at the next of instants so far apart: so that most windows need no timer.
   */
  static final long FORGOTTEN_EVERY_MILLIS = 900_000L;

  private static final Comparator<RunningRule> IN_ORDER =
      Comparator.comparingInt(RunningRule::order).thenComparing(rule -> rule.rule().id());
  private static final Comparator<Section> BY_RULE =
      Comparator.comparing(section -> section.rule, IN_ORDER);
  private static final Comparator<Found> FOUND_BY_RULE =
      Comparator.comparing(Found::rule, IN_ORDER);

  /** What went not as a marketer would have it, to be counted. */
  public interface Incidents {
    /** Partial matches were given up at a maximum. */
    void limitHit(RunningRule rule, long count);

    /** An expression could not be evaluated; what it stood for counts as false or absent. */
    void failed(RunningRule rule, Exception reason);

    /** What a customer had of a rule could not be read, and is gone. */
    void unreadable(RunningRule rule, Exception reason);
  }

  private final LongFunction<RunningRule> rules;
  private final Incidents incidents;

  private final List<Section> sections = new ArrayList<>();
  private final List<KeptEvent> events = new ArrayList<>();
  private final List<KeptEvent> kept = new ArrayList<>();
  private final Scratch scratch = new Scratch();
  private final Keeper keeper = new Keeper();
  private CustomerKey customer;
  private boolean changed;
  private KeptEvent current;
  private int nextNumber;
  private int writings;
  private long earliestDueMillis;
  private boolean isDueKnown;

  /**
   * An engine.
   *
   * @param rules every rule that may run, by its number; null for one that runs no more
   * @param incidents who counts
   */
  public PatternEngine(LongFunction<RunningRule> rules, Incidents incidents) {
    this.rules = rules;
    this.incidents = incidents;
  }

  /** How many sections the turn has, those that are over included. */
  int sections() {
    return sections.size();
  }

  /**
   * Begins with a customer.
   *
   * @param key who it is
   * @param state holds what {@link #save} wrote, and is not written to before the next call
   * @param from where it begins
   * @param length how many bytes it has; 0 for a customer of whom nothing is open
   */
  public void load(CustomerKey key, byte[] state, int from, int length) throws IOException {
    customer = key;
    for (Section section : sections) {
      section.rule.section = null;
    }
    sections.clear();
    events.clear();
    changed = false;
    current = null;
    nextNumber = 0;
    isDueKnown = false;
    if (length == 0) {
      return;
    }
    CodedInputStream in = CodedInputStream.newInstance(state, from, length);
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      Section section = Section.readFrom(in, state, from, rules);
      if (section == null) {
        // Its rule was deleted or replaced: what it had begun ends here.
        changed = true;
      } else {
        add(section);
      }
    }
    int held = in.readUInt32();
    for (int i = 0; i < held; i++) {
      KeptEvent event = KeptEvent.readFrom(in, state, from);
      events.add(event);
      nextNumber = Math.max(nextNumber, event.number + 1);
    }
  }

  private void add(Section section) {
    sections.add(section);
    section.sibling = section.rule.section;
    section.rule.section = section;
  }

  /** Whether anything is to be saved differently from what was loaded. */
  public boolean isChanged() {
    return changed;
  }

  /** Whether nothing is open. */
  public boolean isEmpty() {
    return open() == 0;
  }

  private int open() {
    int open = 0;
    for (Section section : sections) {
      open += section.isOver ? 0 : 1;
    }
    return open;
  }

  /** Writes the customer's state; not a byte if nothing is open. */
  public void save(CodedOutputStream out) throws IOException {
    int open = open();
    if (open == 0) {
      return;
    }
    kept.clear();
    writings++;
    out.writeUInt32NoTag(open);
    for (Section section : sections) {
      if (!section.isOver) {
        section.writeTo(out, keeper, scratch);
      }
    }
    out.writeUInt32NoTag(kept.size());
    for (KeptEvent event : kept) {
      event.writeTo(out, scratch);
    }
  }

  /** Gathers the events that are still held, and numbers the new ones. */
  private final class Keeper implements Section.Keeper {
    @Override
    public int keep(KeptEvent event) {
      if (event.number < 0) {
        event.number = nextNumber++;
      }
      if (event.writing != writings) {
        event.writing = writings;
        kept.add(event);
      }
      return event.number;
    }

    @Override
    public void keep(int number) {
      var unused = keep(eventOf(number));
    }

    @Override
    public int writing() {
      return writings;
    }
  }

  /** A customer holds few events, so that looking through them is quickest. */
  private KeptEvent eventOf(int number) {
    for (KeptEvent event : events) {
      if (event.number == number) {
        return event;
      }
    }
    throw new IllegalStateException("no event " + number + " is held");
  }

  /** When something happens by itself, epoch milliseconds; {@link Long#MAX_VALUE} for never. */
  public long dueMillis() {
    if (!isDueKnown) {
      earliestDueMillis = Matcher.NEVER;
      for (Section section : sections) {
        if (!section.isOver && section.dueMillis < earliestDueMillis) {
          earliestDueMillis = section.dueMillis;
        }
      }
      isDueKnown = true;
    }
    return earliestDueMillis;
  }

  /** Whether an event of that name could matter to the customer at hand. */
  public boolean concerns(String name, RuleSet inForce) {
    if (inForce.beginningBy(name).length > 0) {
      return true;
    }
    for (Section section : sections) {
      if (!section.isOver && (!section.restsOnForeign || section.rule.asksFor(name))) {
        return true;
      }
    }
    return false;
  }

  /**
   * What runs no more ends here, and so do windows that end with this instant exclusively: its
   * events come too late for them.
   */
  public void beforeEvents(long atMillis, RuleSet inForce, List<Found> found) {
    for (Section section : sections) {
      if (!section.isOver && !section.goesOn(inForce)) {
        end(section);
      }
    }
    if (dueMillis() > atMillis) {
      return;
    }
    for (Section section : due(atMillis, inForce)) {
      if (!section.rule.isTimer() && !section.rule.isInclusive()) {
        advance(section, atMillis, atMillis, found);
      }
    }
  }

  /**
   * An event happened.
   *
   * @param ordinal its place among the customer's events of the instant
   * @param found what it completed is added, in the order of the rules
   */
  public void event(Occurrence event, int ordinal, RuleSet inForce, List<Found> found) {
    current = new KeptEvent(event, ordinal);
    int first = found.size();
    int open = sections.size();
    for (int i = 0; i < open; i++) {
      Section section = sections.get(i);
      if (section.isOver || section.rule.isTimer()) {
        continue;
      }
      if (!section.goesOn(inForce)) {
        end(section);
      } else if (isSeen(section, event)) {
        process(section, inForce.isInForce(section.rule), found);
      }
    }
    for (RunningRule rule : inForce.beginningBy(event.name())) {
      if (rule.isTimer() || !rule.sees(event.name(), event.topic())) {
        continue;
      }
      String partition = partition(rule, event);
      if (partition != null) {
        begin(rule, partition, found);
      }
    }
    sort(found, first);
  }

  private boolean isSeen(Section section, Occurrence event) {
    RunningRule rule = section.rule;
    return rule.sees(event.name(), event.topic())
        && (!section.restsOnForeign || rule.asksFor(event.name()))
        && section.partition.equals(partition(rule, event));
  }

  /** What sets a customer's matches apart; null if the event lacks it. */
  private static String partition(RunningRule rule, Occurrence event) {
    String by = rule.pattern().by();
    return by == null ? "" : event.text(by);
  }

  /** A rule's section, also when it is over; null if there was none in this turn. */
  private static Section sectionOf(RunningRule rule, String partition) {
    for (Section section = rule.section; section != null; section = section.sibling) {
      if (section.partition.equals(partition)) {
        return section;
      }
    }
    return null;
  }

  private void begin(RunningRule rule, String partition, List<Found> found) {
    Section section = sectionOf(rule, partition);
    boolean known = section != null;
    if (!known) {
      section = Section.begin(rule, partition);
    } else if (!section.isOver || section.lookedAt == current) {
      // What was open has been asked already whether something begins with the event, even if
      // nothing is open any more: what a skip strategy threw away stays away.
      return;
    } else {
      section.beginAgain();
    }
    if (!process(section, true, found)) {
      return;
    } else if (!hasRoomBeside(section)) {
      end(section);
    } else if (!known) {
      add(section);
    }
  }

  private boolean hasRoomBeside(Section begun) {
    RunningRule rule = begun.rule;
    if (rule.pattern().by() == null) {
      return true;
    }
    int open = 0;
    for (Section section = rule.section; section != null; section = section.sibling) {
      open += section.isOver || section == begun ? 0 : 1;
    }
    if (open >= MAX_PARTITIONS) {
      incidents.limitHit(rule, 1);
      return false;
    }
    return true;
  }

  /** Returns whether anything is open afterwards. */
  private boolean process(Section section, boolean mayBegin, List<Found> found) {
    RunningRule rule = section.rule;
    try {
      section.open(this::eventOf);
      if (section.lookedAt == null || section.lookedAt.atMillis() < current.atMillis()) {
        // What has timed out may not have been forgotten yet. Between the events of an instant no
        // time passes: a wait that begins with one of them and is over by then still sees the next.
        catchUp(section, current.atMillis(), current.atMillis(), found);
      }
      section.lookedAt = current;
      for (Match<Occurrence> match : rule.matcher().process(section.matches, current, mayBegin)) {
        found.add(found(rule, current.atMillis(), match));
      }
      return settle(section);
    } catch (IOException e) {
      incidents.unreadable(rule, e);
    } catch (Exception e) {
      // A condition answers for itself; what still comes here is a graph without end.
      incidents.failed(rule, e);
    }
    end(section);
    return false;
  }

  private void advance(Section section, long toMillis, long atMillis, List<Found> found) {
    RunningRule rule = section.rule;
    try {
      section.open(this::eventOf);
      catchUp(section, toMillis, atMillis, found);
      settle(section);
    } catch (IOException e) {
      incidents.unreadable(rule, e);
      end(section);
    }
  }

  /** From time-out to time-out, as if each had been looked at when it came. */
  private static void catchUp(Section section, long toMillis, long atMillis, List<Found> found) {
    Matcher<Occurrence> matcher = section.rule.matcher();
    long timeOut = matcher.timeOutMillis(section.matches);
    while (timeOut <= toMillis) {
      for (Match<Occurrence> match : matcher.advance(section.matches, timeOut)) {
        found.add(found(section.rule, atMillis, match));
      }
      timeOut = matcher.timeOutMillis(section.matches);
    }
  }

  /** Returns whether anything is open. */
  private boolean settle(Section section) {
    Matcher<Occurrence> matcher = section.rule.matcher();
    touched();
    long dropped = matcher.dropped();
    if (dropped > 0) {
      incidents.limitHit(section.rule, dropped);
    }
    if (section.matches.isEmpty()) {
      end(section);
      return false;
    }
    section.dueMillis = due(section);
    section.restsOnForeign = matcher.restsOnForeign(section.matches);
    return true;
  }

  private long due(Section section) {
    Matcher<Occurrence> matcher = section.rule.matcher();
    if (!matcher.waitsForSilence(section.matches)) {
      long last = matcher.allTimedOutMillis(section.matches);
      return last == Matcher.NEVER
          ? Matcher.NEVER
          : customer.nextInstant(last, FORGOTTEN_EVERY_MILLIS);
    }
    long timeOut = matcher.timeOutMillis(section.matches);
    return timeOut == Matcher.NEVER || !section.rule.isInclusive() ? timeOut : timeOut - 1;
  }

  private void end(Section section) {
    section.isOver = true;
    touched();
  }

  private void touched() {
    changed = true;
    isDueKnown = false;
  }

  private static Found found(RunningRule rule, long atMillis, Match<Occurrence> match) {
    Occurrence last = null;
    for (List<Occurrence> events : match.steps().values()) {
      Occurrence newest = events.get(events.size() - 1);
      if (last == null || newest.atMillis() >= last.atMillis()) {
        last = newest;
      }
    }
    return new Found(rule, atMillis, last, match.steps());
  }

  /** The features know the event now: timers that count from it are set. */
  public void afterEvent(RuleSet inForce) {
    for (RunningRule rule : inForce.beginningBy(current.event().name())) {
      if (rule.isTimer()) {
        set(rule);
      }
    }
  }

  private void set(RunningRule rule) {
    Scope scope = rule.scope();
    AfterTrigger after = rule.after();
    Section section = sectionOf(rule, "");
    try {
      if (section == null) {
        section = Section.begin(rule, "");
        add(section);
      } else if (section.isOver) {
        section.beginAgain();
      } else {
        section.open(this::eventOf);
      }
      touched();
      section.timer.event = current;
      // A wait that is over before it began is over at once.
      section.dueMillis = current.atMillis() + Math.max(0, millis(after.delay(), scope));
      section.timer.everyMillis = after.every() == null ? 0 : millis(after.every(), scope);
      section.timer.left = times(after, scope);
    } catch (IOException e) {
      incidents.unreadable(rule, e);
      end(section);
    } catch (EvaluationException e) {
      incidents.failed(rule, e);
      unset(section);
    }
  }

  private static long millis(Expression length, Scope scope) throws EvaluationException {
    return ((Duration) length.eval(scope)).toMillis();
  }

  private static int times(AfterTrigger after, Scope scope) throws EvaluationException {
    if (after.max() == null) {
      return after.every() == null ? 1 : Integer.MAX_VALUE;
    }
    return (int) Math.min((Long) after.max().eval(scope), Integer.MAX_VALUE);
  }

  private void unset(Section section) {
    section.timer.event = null;
    section.timer.left = 0;
    section.dueMillis = Matcher.NEVER;
    touched();
    if (section.timer.firedFor.isEmpty()) {
      end(section);
    }
  }

  /** What is due once the instant's events are over: inclusive windows, and timers. */
  public void afterEvents(long atMillis, RuleSet inForce, List<Found> found) {
    if (dueMillis() > atMillis) {
      return;
    }
    int first = found.size();
    for (Section section : due(atMillis, inForce)) {
      if (section.rule.isTimer()) {
        fire(section, found);
      } else {
        advance(section, atMillis + 1, atMillis, found);
      }
    }
    sort(found, first);
  }

  private void fire(Section section, List<Found> found) {
    RunningRule rule = section.rule;
    AfterTrigger after = rule.after();
    try {
      section.open(this::eventOf);
      touched();
      long dueMillis = section.dueMillis;
      if (isTrue(after, rule.scope()) && isNew(section, rule.scope())) {
        found.add(new Found(rule, dueMillis, section.timer.event.event(), Map.of()));
      }
      section.timer.left--;
      if (section.timer.left > 0 && section.timer.everyMillis > 0) {
        section.dueMillis = dueMillis + section.timer.everyMillis;
      } else {
        unset(section);
      }
    } catch (IOException e) {
      incidents.unreadable(rule, e);
      end(section);
    } catch (EvaluationException e) {
      incidents.failed(rule, e);
      unset(section);
    }
  }

  private static boolean isTrue(AfterTrigger after, Scope scope) {
    return after.when() == null || after.when().test(scope);
  }

  private static boolean isNew(Section section, Scope scope) throws EvaluationException {
    if (section.rule.after().once() == null) {
      return true;
    }
    String value = String.valueOf(section.rule.after().once().eval(scope));
    if (value.equals(section.timer.firedFor)) {
      return false;
    }
    section.timer.firedFor = value;
    return true;
  }

  /** What is due, in the order of the rules; what runs no more ends. */
  private List<Section> due(long atMillis, RuleSet inForce) {
    List<Section> due = new ArrayList<>();
    for (Section section : sections) {
      if (section.isOver) {
        continue;
      }
      if (!section.goesOn(inForce)) {
        end(section);
      } else if (section.dueMillis <= atMillis) {
        due.add(section);
      }
    }
    due.sort(BY_RULE);
    return due;
  }

  private static void sort(List<Found> found, int from) {
    if (found.size() - from > 1) {
      found.subList(from, found.size()).sort(FOUND_BY_RULE);
    }
  }

  /** Forgets everything of the customer at hand. */
  public void forget() {
    for (Section section : sections) {
      end(section);
    }
  }
}
