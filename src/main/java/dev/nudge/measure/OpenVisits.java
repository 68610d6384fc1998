package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CodePoints;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The visits of a customer that may go on: rows of {@code traffic_minute}.
 *
 * <p>All of a visit stands in the minute of its first event. Example: views at 10:00:50 and
 * 10:09:50 under one session id are one visit of the row of 10:00, of two events and nine minutes.
 *
 * <p>Bounded: the {@value #MAX} with the newest events, each for 30 days after its last. Events
 * without a session id chain among themselves and take one place.
 */
final class OpenVisits {
  /** Visits that are remembered. */
  static final int MAX = 20;

  /** From this gap on an event without session id begins a visit. */
  static final long GAP_MILLIS = 30 * 60_000L;

  /** How long a visit is remembered after its last event. */
  static final long MEMORY_MILLIS = 30 * 86_400_000L;

  private static final long MINUTE_MILLIS = 60_000L;

  private static final Comparator<Visit> BY_AGE =
      Comparator.comparingLong(Visit::lastMillis).thenComparing(Visit::sessionId, CodePoints.ORDER);

  private final String tenant;
  private final List<Visit> visits;

  /** The source of the visit of the latest event; null without one. */
  private String latestSource;

  private long latestMillis;

  private record Visit(String sessionId, String source, long firstMillis, long lastMillis) {
    boolean goesOn(Clicked click) {
      long gap = click.atMillis() - lastMillis;
      return gap < (sessionId.isEmpty() ? GAP_MILLIS : MEMORY_MILLIS);
    }

    long minute() {
      return Math.floorDiv(firstMillis, MINUTE_MILLIS) * MINUTE_MILLIS;
    }
  }

  OpenVisits(String tenant) {
    this(tenant, new ArrayList<>(), null, 0);
  }

  private OpenVisits(String tenant, List<Visit> visits, String latestSource, long latestMillis) {
    this.tenant = tenant;
    this.visits = visits;
    this.latestSource = latestSource;
    this.latestMillis = latestMillis;
  }

  OpenVisits copy() {
    return new OpenVisits(tenant, new ArrayList<>(visits), latestSource, latestMillis);
  }

  boolean isEmpty() {
    return visits.isEmpty() && latestSource == null;
  }

  /** An event, not before any that came earlier. */
  void clicked(Clicked click, TallySheet sheet) {
    Visit before = remove(click.sessionId());
    Visit after;
    if (before != null && before.goesOn(click)) {
      long at = click.atMillis();
      after = new Visit(before.sessionId, before.source, before.firstMillis, at);
      BigInteger longer = BigInteger.valueOf(at - before.lastMillis);
      sheet.add(row(after), TallyColumn.VISIT_EVENTS, 1, longer);
    } else {
      after = new Visit(click.sessionId(), click.source(), click.atMillis(), click.atMillis());
      begin(after, sheet);
    }
    visits.add(after);
    latestSource = after.source;
    latestMillis = click.atMillis();
    if (visits.size() > MAX) {
      visits.remove(visits.stream().min(BY_AGE).orElseThrow());
    }
  }

  /** The source of the visit of the latest event within the memory; else direct. */
  String sourceAt(long atMillis) {
    boolean known = latestSource != null && atMillis - latestMillis < MEMORY_MILLIS;
    return known ? latestSource : TrafficSource.DIRECT;
  }

  /** Forgets what no event from then on can be part of. */
  /** When all have expired; {@link Long#MIN_VALUE} where there is nothing. */
  long expiresMillis() {
    long newest = latestSource == null ? Long.MIN_VALUE : latestMillis;
    for (Visit visit : visits) {
      newest = Math.max(newest, visit.lastMillis);
    }
    return newest == Long.MIN_VALUE ? newest : newest + MEMORY_MILLIS;
  }

  void expire(long nowMillis) {
    visits.removeIf(visit -> nowMillis - visit.lastMillis >= MEMORY_MILLIS);
    if (latestSource != null && nowMillis - latestMillis >= MEMORY_MILLIS) {
      latestSource = null;
      latestMillis = 0;
    }
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(visits.size());
    for (Visit visit : visits) {
      Texts.write(out, visit.sessionId);
      Texts.write(out, visit.source);
      out.writeSInt64NoTag(visit.firstMillis);
      out.writeSInt64NoTag(visit.lastMillis - visit.firstMillis);
    }
    out.writeBoolNoTag(latestSource != null);
    if (latestSource != null) {
      Texts.write(out, latestSource);
      out.writeSInt64NoTag(latestMillis);
    }
  }

  static OpenVisits read(String tenant, CodedInputStream in) throws IOException {
    int count = in.readUInt32();
    List<Visit> visits = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String sessionId = in.readString();
      String source = in.readString();
      long firstMillis = in.readSInt64();
      visits.add(new Visit(sessionId, source, firstMillis, firstMillis + in.readSInt64()));
    }
    return in.readBool()
        ? new OpenVisits(tenant, visits, in.readString(), in.readSInt64())
        : new OpenVisits(tenant, visits, null, 0);
  }

  private void begin(Visit visit, TallySheet sheet) {
    TallyRow row = row(visit);
    sheet.one(row, TallyColumn.VISITS);
    sheet.one(row, TallyColumn.VISIT_EVENTS);
    boolean seen =
        visits.stream()
            .anyMatch(
                other -> other.minute() == visit.minute() && other.source.equals(visit.source));
    if (!seen) {
      sheet.one(row, TallyColumn.VISITORS);
    }
  }

  private Visit remove(String sessionId) {
    for (int i = 0; i < visits.size(); i++) {
      if (visits.get(i).sessionId.equals(sessionId)) {
        return visits.remove(i);
      }
    }
    return null;
  }

  private TallyRow row(Visit visit) {
    return new TallyRow(TallyTable.TRAFFIC_MINUTE, tenant, visit.minute(), List.of(visit.source));
  }
}
