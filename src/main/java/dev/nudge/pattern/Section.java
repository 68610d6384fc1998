package dev.nudge.pattern;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Occurrence;
import dev.nudge.pattern.PartialMatch.Link;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * What one customer has of one rule: partial matches, or a timer. It stays bytes until its rule
 * reacts, and is copied as bytes if it does not.
 */
final class Section {
  /** The timer of an {@code after}. */
  static final class Timer {
    /** The event it counts from. */
    KeptEvent event;

    /** How far apart later firings are; 0 if there is but one. */
    long everyMillis;

    /** Firings left. */
    int left;

    /** For what it fired last, where it fires once for the same; empty before. */
    String firedFor = "";
  }

  final long number;
  final RunningRule rule;
  final String partition;

  /** When something happens by itself, epoch milliseconds. */
  long dueMillis = Matcher.NEVER;

  /** Whether events that the rule does not ask for leave it as it is. */
  boolean restsOnForeign = true;

  /** The next section of the same rule, for another value of its {@code by}. */
  Section sibling;

  boolean isOver;

  /** The event that it looked at last; null for none since it was read. */
  KeptEvent lookedAt;

  /** The rule set by which {@link #goesOn} was found, or null. */
  private RuleSet judgedBy;

  private boolean goesOn;

  PartialMatches<Occurrence> matches;
  Timer timer;

  /** Its body, as it was read, lies in here. */
  private byte[] bytes;

  private int from;
  private int length;
  private boolean changed;

  private Section(RunningRule rule, String partition) {
    this.number = rule.number();
    this.rule = rule;
    this.partition = partition;
  }

  /** Whether its rule still runs. */
  boolean goesOn(RuleSet inForce) {
    if (judgedBy != inForce) {
      judgedBy = inForce;
      goesOn = inForce.goesOn(rule);
    }
    return goesOn;
  }

  /** Nothing yet. */
  static Section begin(RunningRule rule, String partition) {
    Section section = new Section(rule, partition);
    section.beginAgain();
    return section;
  }

  /**
   * What is over takes up its place again: a turn of ten thousand carts that are paid has one
   * section and not ten thousand, all of which each event would pass by.
   */
  void beginAgain() {
    isOver = false;
    dueMillis = Matcher.NEVER;
    restsOnForeign = true;
    if (rule.isTimer()) {
      timer = new Timer();
    } else {
      matches = rule.matcher().none();
    }
    changed = true;
  }

  /**
   * Reads a section's head; its body stays bytes.
   *
   * @param state what is read, which must not be written to while the section is needed
   * @param start where the stream began in it
   * @return null if its rule runs no more
   */
  static Section readFrom(
      CodedInputStream in, byte[] state, int start, LongFunction<RunningRule> rules)
      throws IOException {
    RunningRule rule = rules.apply(in.readUInt64());
    String partition = in.readString();
    long due = in.readSInt64();
    boolean rests = in.readBool();
    int length = in.readUInt32();
    int from = start + in.getTotalBytesRead();
    in.skipRawBytes(length);
    if (rule == null) {
      return null;
    }
    Section section = new Section(rule, partition);
    section.dueMillis = due;
    section.restsOnForeign = rests;
    section.bytes = state;
    section.from = from;
    section.length = length;
    return section;
  }

  /** Numbers that events lack so far are given by {@code keep}, which also says that they stay. */
  void writeTo(CodedOutputStream out, Keeper keeper, Scratch scratch) throws IOException {
    out.writeUInt64NoTag(number);
    writeText(out, partition);
    out.writeSInt64NoTag(dueMillis);
    out.writeBoolNoTag(restsOnForeign);
    if (changed) {
      CodedOutputStream body = scratch.begin();
      if (rule.isTimer()) {
        writeTimer(body, keeper);
      } else {
        writeMatches(body, keeper);
      }
      scratch.endInto(out);
    } else {
      keepHeld(keeper);
      out.writeUInt32NoTag(length);
      out.write(bytes, from, length);
    }
  }

  /** Who gathers the events that are still held. */
  interface Keeper {
    /** The number of an event that is held. */
    int keep(KeptEvent event);

    /** An event that bytes hold. */
    void keep(int number);

    /** The number of this writing, which no other has. */
    int writing();
  }

  /** From bytes to objects, if need be; what follows may change them. */
  void open(IntFunction<KeptEvent> events) throws IOException {
    changed = true;
    if (matches != null || timer != null) {
      return;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
    if (rule.isTimer()) {
      timer = new Timer();
      int event = in.readUInt32();
      timer.event = event == 0 ? null : events.apply(event - 1);
      timer.everyMillis = in.readInt64();
      timer.left = in.readUInt32();
      timer.firedFor = in.readString();
      return;
    }
    int links = in.readUInt32();
    List<Link<Occurrence>> chain = new ArrayList<>(links);
    for (int i = 0; i < links; i++) {
      KeptEvent event = events.apply(in.readUInt32());
      int step = in.readUInt32();
      int previous = in.readUInt32();
      chain.add(new Link<>(step, event, previous == 0 ? null : chain.get(previous - 1)));
    }
    matches = new PartialMatches<>();
    readMatches(in, in.readUInt32(), chain, events, matches.open);
    int complete = in.readUInt32();
    if (complete > 0) {
      readMatches(in, complete, chain, events, matches.complete());
    }
  }

  private void readMatches(
      CodedInputStream in,
      int count,
      List<Link<Occurrence>> chain,
      IntFunction<KeptEvent> events,
      Collection<PartialMatch<Occurrence>> into)
      throws IOException {
    for (int i = 0; i < count; i++) {
      int state = in.readUInt32();
      if (state >= rule.matcher().states()) {
        throw new IOException("state " + state + " of " + rule.matcher().states());
      }
      int newest = in.readUInt32();
      int start = in.readUInt32();
      into.add(
          new PartialMatch<>(
              state,
              newest == 0 ? null : chain.get(newest - 1),
              start == 0 ? null : events.apply(start - 1)));
    }
  }

  /** The events that the bytes hold. */
  private void keepHeld(Keeper keeper) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
    if (rule.isTimer()) {
      int event = in.readUInt32();
      if (event != 0) {
        keeper.keep(event - 1);
      }
      return;
    }
    int links = in.readUInt32();
    for (int i = 0; i < links; i++) {
      keeper.keep(in.readUInt32());
      in.readUInt32();
      in.readUInt32();
    }
  }

  private void writeTimer(CodedOutputStream out, Keeper keeper) throws IOException {
    out.writeUInt32NoTag(timer.event == null ? 0 : keeper.keep(timer.event) + 1);
    out.writeInt64NoTag(timer.everyMillis);
    out.writeUInt32NoTag(timer.left);
    writeText(out, timer.firedFor);
  }

  private void writeMatches(CodedOutputStream out, Keeper keeper) throws IOException {
    int writing = keeper.writing();
    List<Link<Occurrence>> links = new ArrayList<>();
    for (PartialMatch<Occurrence> match : matches.open) {
      gather(match.newest(), writing, links);
    }
    Collection<PartialMatch<Occurrence>> complete =
        matches.anyComplete() ? matches.complete() : List.of();
    for (PartialMatch<Occurrence> match : complete) {
      gather(match.newest(), writing, links);
    }
    out.writeUInt32NoTag(links.size());
    for (Link<Occurrence> link : links) {
      out.writeUInt32NoTag(keeper.keep((KeptEvent) link.taken()));
      out.writeUInt32NoTag(link.step());
      out.writeUInt32NoTag(link.previous() == null ? 0 : link.previous().place);
    }
    writeMatches(out, matches.open, keeper);
    writeMatches(out, complete, keeper);
  }

  /** The oldest first, so that a link stands behind the one it leads to; places count from 1. */
  private static void gather(Link<Occurrence> newest, int writing, List<Link<Occurrence>> links) {
    int unwritten = 0;
    for (Link<Occurrence> link = newest;
        link != null && link.writing != writing;
        link = link.previous()) {
      link.writing = writing;
      unwritten++;
    }
    int place = links.size() + unwritten;
    for (int i = 0; i < unwritten; i++) {
      links.add(null);
    }
    Link<Occurrence> link = newest;
    for (int i = 0; i < unwritten; i++) {
      link.place = place - i;
      links.set(place - i - 1, link);
      link = link.previous();
    }
  }

  /** In the order of the heap, which they have again when they are added in it. */
  private static void writeMatches(
      CodedOutputStream out, Collection<PartialMatch<Occurrence>> matches, Keeper keeper)
      throws IOException {
    out.writeUInt32NoTag(matches.size());
    for (PartialMatch<Occurrence> match : matches) {
      out.writeUInt32NoTag(match.state());
      out.writeUInt32NoTag(match.newest() == null ? 0 : match.newest().place);
      out.writeUInt32NoTag(match.start() == null ? 0 : keeper.keep((KeptEvent) match.start()) + 1);
    }
  }

  /** What is no text, half a surrogate pair, becomes a question mark without a word. */
  private static void writeText(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
