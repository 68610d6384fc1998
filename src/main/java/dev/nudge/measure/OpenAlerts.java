package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The alerts of one campaign or tenant that last. One of a kind and subject lasts at a time, so
 * they are as many as what is judged, which is bounded there.
 */
final class OpenAlerts {
  /** By their numbers in bytes: one is never moved. */
  private static final List<AlertKind> KINDS =
      List.of(
          AlertKind.BEHIND_TARGET,
          AlertKind.UNUSUAL_HOUR,
          AlertKind.SOURCE_SILENT,
          AlertKind.FAILURE_RATE,
          AlertKind.UNSUBSCRIBE_RATE,
          AlertKind.BUDGET_80,
          AlertKind.BUDGET_100,
          AlertKind.DEFINITION_QUARANTINED);

  /**
   * What an alert is known by while it lasts.
   *
   * @param about what is judged: its subject, but of an hour what is counted in it
   */
  private record Key(AlertKind kind, String about) {}

  private record Opened(String subject, long atMillis, double actual, double expected) {}

  private final String tenant;
  private final String campaign;
  private final NavigableMap<Key, Opened> opened =
      new TreeMap<>(Comparator.comparing(Key::kind).thenComparing(Key::about));
  private final List<AlertRow> said = new ArrayList<>();

  /** Changes that were added, and alerts that began or ended. */
  long inputs;

  OpenAlerts(String tenant, String campaign) {
    this.tenant = tenant;
    this.campaign = campaign;
  }

  void open(AlertKind kind, String subject, long atMillis, double actual, double expected) {
    open(kind, subject, subject, atMillis, actual, expected);
  }

  /** Does nothing while one lasts. */
  void open(
      AlertKind kind, String about, String subject, long atMillis, double actual, double expected) {
    Opened now = new Opened(subject, atMillis, actual, expected);
    if (opened.putIfAbsent(new Key(kind, about), now) == null) {
      inputs++;
      said.add(row(kind, now, null));
    }
  }

  void close(AlertKind kind, String about, long atMillis) {
    Opened before = opened.remove(new Key(kind, about));
    if (before != null) {
      inputs++;
      // An alert that was about a later time than the one that ends it lasted for no time.
      said.add(row(kind, before, Math.max(before.atMillis, atMillis)));
    }
  }

  boolean isOpen(AlertKind kind, String about) {
    return opened.containsKey(new Key(kind, about));
  }

  boolean isEmpty() {
    return opened.isEmpty();
  }

  /** What began or ended since this was asked the last time, in that order. */
  List<AlertRow> drain() {
    List<AlertRow> rows = List.copyOf(said);
    said.clear();
    return rows;
  }

  /** Those that last. */
  List<AlertRow> rows() {
    return opened.entrySet().stream()
        .map(each -> row(each.getKey().kind(), each.getValue(), null))
        .toList();
  }

  private AlertRow row(AlertKind kind, Opened of, Long untilMillis) {
    return new AlertRow(
        tenant,
        kind,
        campaign,
        of.subject,
        of.atMillis,
        untilMillis,
        of.actual,
        of.expected,
        inputs);
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt64NoTag(inputs);
    out.writeUInt32NoTag(opened.size());
    for (Map.Entry<Key, Opened> each : opened.entrySet()) {
      out.writeUInt32NoTag(KINDS.indexOf(each.getKey().kind()));
      Texts.write(out, each.getKey().about());
      Texts.write(out, each.getValue().subject());
      out.writeSInt64NoTag(each.getValue().atMillis());
      out.writeDoubleNoTag(each.getValue().actual());
      out.writeDoubleNoTag(each.getValue().expected());
    }
  }

  void read(CodedInputStream in) throws IOException {
    inputs = in.readUInt64();
    for (int left = in.readUInt32(); left > 0; left--) {
      Key key = new Key(KINDS.get(in.readUInt32()), in.readString());
      opened.put(
          key, new Opened(in.readString(), in.readSInt64(), in.readDouble(), in.readDouble()));
    }
  }
}
