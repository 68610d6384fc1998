package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What is wrong with one campaign; with a tenant's channels and definitions, where the campaign is
 * empty; with the deployment's topics, where the tenant is empty too.
 *
 * <p>It is told what happened in a minute, and when the minute is over it judges: channels, topics
 * and budgets then, hours and targets at the end of an hour. What comes late for a minute that was
 * judged counts from the next one on: an alert is never taken back, it ends.
 *
 * <p>Example: of 200 messages by SMS in the hour before 8:40 30 failed. That has a chance below one
 * in a million if 5 % fail, so at 8:40 an alert begins; at 9:25 10 of 210 failed in the last hour,
 * and it is over.
 */
public final class AlertBook {
  /** What {@link #dueMillis} answers when nothing is due. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Definitions of a tenant that were refused once; what is said of others doesn't count. */
  public static final int MAX_REFUSED = 1_000;

  private static final byte FORMAT = 2;

  /** Of before it was kept when something was heard last, and whether a campaign is stopped. */
  private static final byte FIRST_FORMAT = 1;

  private static final long MINUTE_MILLIS = 60_000L;
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final int HOURS = 24 * UsualHours.MAX_DAYS;
  private static final String GRANTS = "GRANTS";

  private final String tenant;
  private final String campaign;
  private final OpenAlerts alerts;
  private final ChannelRates channels = new ChannelRates();
  private final SourceGaps sources = new SourceGaps();
  private final BudgetUse budget = new BudgetUse();
  private final TargetPace targets = new TargetPace();

  /** By hour: how many grants were sent. */
  private final Buckets grants = new Buckets();

  /** By window in milliseconds and hour: how many orders were paid. As many as targets keep. */
  private final NavigableMap<Long, Buckets> paid = new TreeMap<>();

  /** The version that was refused last, and the greatest that was taken since, or 0. */
  private record Refused(int version, int taken) {}

  private final NavigableMap<String, Refused> refused = new TreeMap<>();
  private AlertTerms terms;

  /** The begin of the first minute in which the campaign did something. */
  private long firstMillis = Long.MAX_VALUE;

  /** Up to when it was judged; a minute's end. */
  private long judgedMillis = Long.MIN_VALUE;

  /** The newest minute of which something was heard. */
  private long heardMillis = Long.MIN_VALUE;

  private long unkept;

  /** One of which nothing is known. */
  public AlertBook(String tenant, String campaign) {
    this.tenant = tenant;
    this.campaign = campaign;
    alerts = new OpenAlerts(tenant, campaign);
  }

  /** Adds what happened in one minute; see {@link #add(AlertChange, long)}. */
  public void add(AlertChange change) {
    add(change, 1);
  }

  /**
   * Adds what happened in one minute. What is of a minute must be added after {@link #advanceTo}
   * its begin: what is judged knows nothing of what came after.
   *
   * @param changes how many changes it is the sum of
   */
  public void add(AlertChange change, long changes) {
    alerts.inputs += changes;
    hear(change.minuteMillis());
    boolean kept =
        switch (change.what()) {
          case SENT, FAILED, UNSUBSCRIBED -> channels.add(change);
          case RECORDS -> sources.add(change);
          case RESERVED -> {
            budget.add(change);
            yield true;
          }
          case GRANTS -> {
            grants.add(hourOf(change.minuteMillis()), change.count(), 0);
            yield true;
          }
          case PAID -> targets.add(change, terms) && addPaid(change);
          case REVENUE -> targets.add(change, terms);
        };
    if (!kept) {
      unkept += changes;
    } else if (!campaign.isEmpty()) {
      firstMillis = Math.min(firstMillis, change.minuteMillis());
    }
  }

  private boolean addPaid(AlertChange change) {
    paid.computeIfAbsent(Long.parseLong(change.subject()), none -> new Buckets())
        .add(hourOf(change.minuteMillis()), change.count(), 0);
    return true;
  }

  /** A version says what it is to reach and may cost; the newest holds from now on. */
  public void add(AlertTerms said) {
    if (terms == null || said.version() >= terms.version()) {
      terms = said;
    }
  }

  /** A definition was taken or was not; heard again it changes nothing. */
  public void add(DefinitionOutcome outcome) {
    Refused before = refused.get(outcome.definition());
    if (outcome.taken()) {
      if (before != null && outcome.version() > before.version) {
        refused.put(
            outcome.definition(),
            new Refused(before.version, Math.max(before.taken, outcome.version())));
        alerts.close(AlertKind.DEFINITION_QUARANTINED, outcome.definition(), outcome.atMillis());
      }
      return;
    }
    if (before == null && refused.size() >= MAX_REFUSED) {
      unkept++;
      return;
    }
    if (before != null && outcome.version() <= Math.max(before.version, before.taken)) {
      return;
    }
    refused.put(outcome.definition(), new Refused(outcome.version(), 0));
    alerts.open(
        AlertKind.DEFINITION_QUARANTINED,
        outcome.definition(),
        outcome.atMillis(),
        outcome.version(),
        outcome.version() - 1);
  }

  /**
   * Judges what is over.
   *
   * @param millis everything before it is known, epoch milliseconds
   */
  public void advanceTo(long millis) {
    long minute = Math.floorDiv(millis, MINUTE_MILLIS) * MINUTE_MILLIS;
    if (minute <= judgedMillis) {
      return;
    }
    // Of hours in which nothing came each is judged, unless all that was known is forgotten.
    long hour = hourOf(Math.max(judgedMillis, minute - HOURS * HOUR_MILLIS)) + HOUR_MILLIS;
    if (judgedMillis != Long.MIN_VALUE) {
      for (; hour < minute; hour += HOUR_MILLIS) {
        judge(hour);
      }
    }
    judge(minute);
    judgedMillis = minute;
  }

  private void judge(long atMillis) {
    channels.judge(atMillis, alerts);
    sources.judge(atMillis, alerts);
    if (terms != null) {
      budget.judge(terms, atMillis, alerts);
    }
    if (Math.floorMod(atMillis, HOUR_MILLIS) != 0 || campaign.isEmpty()) {
      return;
    }
    targets.judge(terms, firstMillis, atMillis, alerts);
    if (terms == null || !terms.scheduled()) {
      judge(GRANTS, grants, atMillis);
    }
    if (terms != null && paid.containsKey(terms.windowMillis())) {
      judge(TargetPace.PAID, paid.get(terms.windowMillis()), atMillis);
    }
    long oldest = atMillis - HOURS * HOUR_MILLIS;
    grants.forgetBefore(oldest);
    paid.values().forEach(hours -> hours.forgetBefore(oldest));
    paid.values().removeIf(Buckets::isEmpty);
  }

  /** The hour that ends. */
  private void judge(String what, Buckets hours, long endMillis) {
    long hour = endMillis - HOUR_MILLIS;
    long begin = firstMillis;
    if (terms != null && terms.fromMillis() != Long.MIN_VALUE) {
      begin = Math.max(begin, terms.fromMillis());
    }
    if (terms != null && (terms.stopped() || endMillis > terms.toMillis())) {
      alerts.close(AlertKind.UNUSUAL_HOUR, what, endMillis);
      return;
    }
    if (begin == Long.MAX_VALUE) {
      return;
    }
    // An hour in which it began is no whole one.
    long first = Math.max(hourOf(begin + HOUR_MILLIS - 1), hour - HOURS * HOUR_MILLIS);
    int known = (int) Math.max(0, (hour - first) / HOUR_MILLIS);
    long[] counts = new long[known];
    for (int i = 0; i < known; i++) {
      counts[i] = hours.one(first + i * HOUR_MILLIS);
    }
    UsualHours.Finding finding = UsualHours.judge(counts, hours.one(hour));
    if (finding != null && finding.unusual()) {
      // Up to the hour, as ISO 8601 says it.
      String subject = Instant.ofEpochMilli(hour).toString().substring(0, 13);
      alerts.open(
          AlertKind.UNUSUAL_HOUR,
          what,
          subject + " " + what,
          endMillis,
          (double) hours.one(hour),
          finding.bound());
    } else {
      alerts.close(AlertKind.UNUSUAL_HOUR, what, endMillis);
    }
  }

  private static long hourOf(long millis) {
    return Math.floorDiv(millis, HOUR_MILLIS) * HOUR_MILLIS;
  }

  /** Alerts that began or ended since it was asked the last time, in that order. */
  public List<AlertRow> drain() {
    return alerts.drain();
  }

  /** Alerts that last. */
  public List<AlertRow> rows() {
    return alerts.rows();
  }

  /** How far the campaign is on the way to its targets, as of the hour that ended last. */
  public List<TargetRow> targets() {
    long end = hourOf(judgedMillis);
    return judgedMillis == Long.MIN_VALUE
        ? new ArrayList<>()
        : targets.rows(terms, firstMillis, end, alerts.inputs);
  }

  /**
   * When something may begin or end though nothing comes, epoch milliseconds, or {@link #NEVER}: to
   * be {@linkplain #advanceTo advanced} to.
   */
  public long dueMillis() {
    if (judgedMillis == Long.MIN_VALUE) {
      // A target is missed, too, where nothing is ever sent.
      return TargetPace.isSet(terms) && terms.fromMillis() != Long.MIN_VALUE
          ? hourOf(terms.fromMillis()) + HOUR_MILLIS
          : NEVER;
    }
    boolean running =
        !grants.isEmpty()
            || !paid.isEmpty()
            || (!alerts.isEmpty() && !campaign.isEmpty())
            || (TargetPace.isSet(terms) && judgedMillis < terms.toMillis());
    long hour = running ? hourOf(judgedMillis) + HOUR_MILLIS : NEVER;
    return Math.min(hour, channels.dueMillis(judgedMillis));
  }

  /** Whether it is known when something was heard. */
  boolean isHeard() {
    return heardMillis != Long.MIN_VALUE;
  }

  /** Something was heard then, epoch milliseconds. */
  void hear(long millis) {
    heardMillis = Math.max(heardMillis, millis);
  }

  /**
   * When it may be forgotten if nothing comes, epoch milliseconds: so long after the last that was
   * heard, and not before the campaign is over.
   *
   * @param nowMillis when that is asked
   * @return now or before where it may be
   */
  long forgettableMillis(long nowMillis, long afterMillis) {
    long silent = heardMillis + afterMillis;
    long over =
        terms == null || terms.stopped() || terms.toMillis() == Long.MAX_VALUE
            ? silent
            : terms.toMillis() + afterMillis;
    boolean lasts = !alerts.isEmpty() || dueMillis() != NEVER;
    return lasts ? Math.max(nowMillis + afterMillis, silent) : Math.max(silent, over);
  }

  /** How many changes did not count because too much was kept. */
  public long unkept() {
    return unkept;
  }

  /** Changes that were added, and alerts that began or ended. */
  long inputs() {
    return alerts.inputs;
  }

  /** As bytes, of a bounded size. */
  public byte[] toBytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeRawByte(FORMAT);
    alerts.write(out);
    channels.write(out);
    sources.write(out);
    budget.write(out);
    targets.write(out);
    grants.write(out);
    out.writeUInt32NoTag(paid.size());
    for (var each : paid.entrySet()) {
      out.writeSInt64NoTag(each.getKey());
      each.getValue().write(out);
    }
    out.writeUInt32NoTag(refused.size());
    for (var each : refused.entrySet()) {
      Texts.write(out, each.getKey());
      out.writeUInt32NoTag(each.getValue().version);
      out.writeUInt32NoTag(each.getValue().taken);
    }
    out.writeBoolNoTag(terms != null);
    if (terms != null) {
      write(out, terms);
    }
    out.writeSInt64NoTag(firstMillis);
    out.writeSInt64NoTag(judgedMillis);
    out.writeUInt64NoTag(unkept);
    out.writeSInt64NoTag(heardMillis);
    out.writeBoolNoTag(terms != null && terms.stopped());
    out.flush();
    return bytes.toByteArray();
  }

  /**
   * The book that {@link #toBytes} made bytes of.
   *
   * @param bytes null for one of which nothing is known
   * @throws IOException if they are none
   */
  public static AlertBook of(String tenant, String campaign, byte[] bytes) throws IOException {
    AlertBook book = new AlertBook(tenant, campaign);
    if (bytes == null) {
      return book;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    byte format = in.readRawByte();
    if (format != FORMAT && format != FIRST_FORMAT) {
      throw new IOException("alerts: found format " + format + ", expected " + FORMAT);
    }
    book.alerts.read(in);
    book.channels.read(in);
    book.sources.read(in);
    book.budget.read(in);
    book.targets.read(in);
    book.grants.read(in);
    for (int left = in.readUInt32(); left > 0; left--) {
      Buckets hours = new Buckets();
      book.paid.put(in.readSInt64(), hours);
      hours.read(in);
    }
    for (int left = in.readUInt32(); left > 0; left--) {
      book.refused.put(in.readString(), new Refused(in.readUInt32(), in.readUInt32()));
    }
    book.terms = in.readBool() ? book.readTerms(in) : null;
    book.firstMillis = in.readSInt64();
    book.judgedMillis = in.readSInt64();
    book.unkept = in.readUInt64();
    book.heardMillis = format == FIRST_FORMAT ? book.judgedMillis : in.readSInt64();
    if (format != FIRST_FORMAT && in.readBool()) {
      book.terms = book.terms.asStopped();
    }
    return book;
  }

  private static void write(CodedOutputStream out, AlertTerms terms) throws IOException {
    out.writeUInt32NoTag(terms.version());
    out.writeSInt64NoTag(terms.fromMillis());
    out.writeSInt64NoTag(terms.toMillis());
    out.writeSInt64NoTag(terms.warmUpFromMillis());
    out.writeSInt64NoTag(terms.warmUpToMillis());
    out.writeSInt64NoTag(terms.mainFromMillis());
    out.writeSInt64NoTag(terms.mainToMillis());
    out.writeSInt64NoTag(terms.afterMillis());
    out.writeSInt64NoTag(terms.paid());
    out.writeSInt64NoTag(terms.revenueUnits());
    out.writeSInt64NoTag(terms.budgetUnits());
    out.writeSInt64NoTag(terms.perDayUnits());
    Texts.write(out, terms.zone());
    out.writeSInt64NoTag(terms.windowMillis());
    out.writeBoolNoTag(terms.scheduled());
  }

  private AlertTerms readTerms(CodedInputStream in) throws IOException {
    return new AlertTerms(
        tenant,
        campaign,
        in.readUInt32(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readSInt64(),
        in.readString(),
        in.readSInt64(),
        in.readBool(),
        false);
  }
}
