package dev.nudge.console;

import dev.nudge.rehearse.AnomalyHistory;
import dev.nudge.rehearse.StageHistory;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every open page up to date. Pages of one tenant share one round of queries, so a hundred
 * viewers cost ClickHouse what one costs; without viewers nothing is asked.
 *
 * <p>A round comes a second after the one before, and later if that one was slow: the console
 * leaves ClickHouse three times as long in peace as it kept it busy. Clock and heartbeat have a
 * beat of their own, so a page knows a slow database from a dead console.
 */
final class LiveFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);

  // ClickHouse's own codes.
  private static final int UNKNOWN_TABLE = 60;
  private static final int UNKNOWN_IDENTIFIER = 47;

  private static final long BEAT_MILLIS = 1_000;
  private static final long HEARTBEAT_EVERY = 5;
  private static final long MAX_PAUSE_MILLIS = 30_000;
  private static final long REST_PER_WORK = 3;
  private static final int MOMENTS = 60;
  private static final int MOMENTS_PER_KIND = 20;
  // Two monthly partitions at most.
  private static final long MOMENTS_MILLIS = TimeUnit.DAYS.toMillis(31);

  private final ConsoleConfig config;
  private final FlinkRest flink;
  // One for the beat, one for Flink, two for the tenants' rounds.
  private final ScheduledExecutorService rounds =
      Executors.newScheduledThreadPool(4, Daemons.named("console-round"));
  private final ExecutorService writers =
      Executors.newCachedThreadPool(Daemons.named("console-viewer"));

  private final Map<String, TenantWatch> tenants = new HashMap<>();
  private int viewers;
  private long beats;
  private String health;
  private boolean closed;

  LiveFeed(ConsoleConfig config) {
    this.config = config;
    flink = config.flinkRest() == null ? null : new FlinkRest(config.flinkRest());
    every(BEAT_MILLIS, this::beat);
    every(2 * BEAT_MILLIS, new HealthWatch()::round);
  }

  /** Where viewers' wires are written to. */
  Executor writers() {
    return writers;
  }

  /** Whether one more page may be opened. */
  synchronized boolean hasRoom() {
    return !closed && viewers < config.maxViewers();
  }

  /**
   * A page was opened.
   *
   * @return false if there is no room for it; then it is not watched for
   */
  synchronized boolean join(Viewer viewer) {
    if (!hasRoom()) {
      return false;
    }
    viewers++;
    viewer.show("clock", Json.write(config.clock().get()));
    if (health != null && viewer.showsHealth()) {
      viewer.show("health", health);
    }
    TenantWatch watch = tenants.get(viewer.tenant());
    if (watch == null) {
      watch = new TenantWatch(viewer.tenant());
      tenants.put(viewer.tenant(), watch);
      watch.viewers.add(viewer);
      watch.again(0);
    } else {
      watch.viewers.add(viewer);
      watch.show(viewer);
      if (viewer.question() != null && !watch.newestByQuestion.containsKey(viewer.question())) {
        TenantWatch found = watch;
        rounds.execute(guarded(() -> found.answer(viewer)));
      }
    }
    return true;
  }

  /** A page was closed. */
  synchronized void leave(Viewer viewer) {
    TenantWatch watch = tenants.get(viewer.tenant());
    if (watch != null && watch.viewers.remove(viewer)) {
      viewers--;
      if (watch.viewers.isEmpty()) {
        tenants.remove(viewer.tenant());
      }
    }
  }

  private synchronized void beat() {
    if (viewers == 0) {
      return;
    }
    beats++;
    showAll("clock", Json.write(config.clock().get()));
    if (beats % HEARTBEAT_EVERY == 0) {
      showAll("heartbeat", "{\"beat\":" + beats + "}");
    }
  }

  private void showAll(String event, String data) {
    for (TenantWatch watch : tenants.values()) {
      for (Viewer viewer : watch.viewers) {
        viewer.show(event, data);
      }
    }
  }

  private synchronized boolean watched() {
    return viewers > 0;
  }

  private void every(long millis, Runnable task) {
    var unused = rounds.scheduleWithFixedDelay(guarded(task), 0, millis, TimeUnit.MILLISECONDS);
  }

  /** A scheduled task that throws would never be called again. */
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("The console failed to refresh", e);
      }
    };
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      tenants.clear();
      viewers = 0;
    }
    rounds.shutdownNow();
    writers.shutdownNow();
  }

  /** What the page is told while it can't be refreshed; a null code means all is well again. */
  private record Trouble(String code, String message, Instant since) {
    private static final Trouble NONE = new Trouble(null, null, null);
  }

  /** A table or column that this version asks for is not there. */
  static boolean isOld(Exception e) {
    return e instanceof SQLException sql
        && (sql.getErrorCode() == UNKNOWN_TABLE || sql.getErrorCode() == UNKNOWN_IDENTIFIER);
  }

  /** One tenant's viewers and what they last saw. Fields are guarded by the feed's lock. */
  private final class TenantWatch {
    private final String tenant;
    private final Set<Viewer> viewers = new LinkedHashSet<>();
    private final Map<String, String> newest = new LinkedHashMap<>();
    private final Map<Period, Map<String, String>> newestByPeriod = new EnumMap<>(Period.class);
    private final Map<Question, String> newestByQuestion = new HashMap<>();
    // Used by one round at a time.
    private final LifecycleQueries queries = new LifecycleQueries(config.clickHouse());
    private final Pages pages = new Pages(config.clickHouse());
    private Instant troubleSince;

    TenantWatch(String tenant) {
      this.tenant = tenant;
    }

    void again(long pauseMillis) {
      try {
        var unused = rounds.schedule(guarded(this::round), pauseMillis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        close(); // the console is being closed
      }
    }

    private void round() {
      Set<Period> periods = new LinkedHashSet<>();
      Set<Question> questions = new LinkedHashSet<>();
      synchronized (LiveFeed.this) {
        if (viewers.isEmpty()) {
          close();
          return;
        }
        for (Viewer viewer : viewers) {
          if (viewer.showsStages()) {
            periods.add(viewer.period());
          }
          if (viewer.question() != null) {
            questions.add(viewer.question());
          }
        }
      }
      long began = System.nanoTime();
      try {
        refresh(periods, questions);
      } finally {
        long workMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        again(Math.min(MAX_PAUSE_MILLIS, Math.max(BEAT_MILLIS, REST_PER_WORK * workMillis)));
      }
    }

    private void close() {
      queries.close();
      pages.close();
    }

    private void refresh(Set<Period> periods, Set<Question> questions) {
      Map<String, String> common = new LinkedHashMap<>();
      Map<Period, Map<String, String>> byPeriod = new EnumMap<>(Period.class);
      Map<Question, String> byQuestion = new HashMap<>();
      try {
        Optional<LifecycleQueries.Extent> extent = queries.extent(tenant);
        ClockReport clock = config.clock().get();
        Instant now = clock.now();
        // A replay that has not begun leaves the period's end to the newest row; without one the
        // page has nothing to draw.
        long known = now == null ? 0 : now.toEpochMilli();
        long end = Math.max(known, extent.map(LifecycleQueries.Extent::last).orElse(known));
        for (Period period : periods) {
          byPeriod.put(period, ofPeriod(period, extent.orElse(null), end));
        }
        List<NewestMoments.Row> rows =
            extent.isEmpty() ? List.of() : newestRows(extent.get().last() - MOMENTS_MILLIS);
        common.put("moments", Json.write(new NewestMoments(rows)));
        for (Question question : questions) {
          byQuestion.put(question, Json.write(pages.answer(tenant, question, clock, end)));
        }
        if (troubleSince != null) {
          LOG.info("ClickHouse answers the console again");
        }
        troubleSince = null;
        common.put("trouble", Json.write(Trouble.NONE));
      } catch (SQLException | RuntimeException e) {
        if (troubleSince == null) {
          troubleSince = Instant.now();
          LOG.warn("ClickHouse does not answer the console", e);
        }
        common.put(
            "trouble",
            Json.write(
                isOld(e)
                    ? new Trouble(
                        "TABLES_MISSING",
                        "The database lacks tables of this version; nudge tables makes them.",
                        troubleSince)
                    : new Trouble(
                        "CLICKHOUSE_AWAY",
                        "The database does not answer. Trying again.",
                        troubleSince)));
      }
      synchronized (LiveFeed.this) {
        newest.putAll(common);
        newestByPeriod.keySet().retainAll(periods);
        newestByPeriod.putAll(byPeriod);
        newestByQuestion.keySet().retainAll(questions);
        newestByQuestion.putAll(byQuestion);
        viewers.forEach(this::show);
      }
    }

    /** Of two at one instant the stage change stands first. */
    private List<NewestMoments.Row> newestRows(long sinceMillis) throws SQLException {
      List<NewestMoments.Row> rows =
          new ArrayList<>(queries.stageChanges(tenant, sinceMillis, MOMENTS, MOMENTS_PER_KIND));
      rows.addAll(queries.newestAnomalies(tenant, sinceMillis, MOMENTS, MOMENTS_PER_KIND));
      rows.sort(Comparator.comparing(NewestMoments.Row::at).reversed());
      return rows;
    }

    private Map<String, String> ofPeriod(
        Period period, LifecycleQueries.Extent extent, long endMillis) throws SQLException {
      long start = extent == null ? endMillis : period.startMillis(extent.first(), endMillis);
      long bucket = StageHistory.bucketMillis(start, endMillis);
      List<StageHistory.Move> moves =
          extent == null ? List.of() : queries.moves(tenant, start, bucket);
      List<StageFlow.Link> links =
          extent == null ? List.of() : queries.links(tenant, start, endMillis);
      Map<String, String> events = new LinkedHashMap<>();
      events.put("stages", Json.write(StageHistory.of(moves, start, endMillis, bucket)));
      events.put(
          "flow",
          Json.write(
              new StageFlow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(endMillis), links)));
      long span = AnomalyHistory.bucketMillis(start, endMillis);
      List<AnomalyHistory.Count> anomalies =
          extent == null ? List.of() : queries.anomalies(tenant, start, endMillis, span);
      events.put("anomalies", Json.write(AnomalyHistory.of(anomalies, start, endMillis, span)));
      return events;
    }

    /** Who opens another page does not wait for the next round, which may rest for long. */
    private void answer(Viewer viewer) {
      try (Pages own = new Pages(config.clickHouse())) {
        ClockReport clock = config.clock().get();
        String answer = Json.write(own.answer(tenant, viewer.question(), clock));
        viewer.show("page", answer);
      } catch (SQLException e) {
        LOG.debug("ClickHouse does not answer; the next round says so", e);
      }
    }

    void show(Viewer viewer) {
      if (viewer.showsStages()) {
        newestByPeriod.getOrDefault(viewer.period(), Map.of()).forEach(viewer::show);
      }
      String answer = viewer.question() == null ? null : newestByQuestion.get(viewer.question());
      if (answer != null) {
        viewer.show("page", answer);
      }
      newest.forEach(viewer::show);
    }
  }

  /** The deployment's ingest, for the viewers of all tenants. */
  private final class HealthWatch {
    private final LifecycleQueries queries = new LifecycleQueries(config.clickHouse());
    private List<IngestHealth.ReasonCount> deadLetters = List.of();
    private long nextDeadLetters;

    void round() {
      if (!watched()) {
        queries.close();
        return;
      }
      Optional<FlinkRest.Report> report = askFlink();
      countDeadLetters();
      Instant now = config.clock().get().now();
      Instant watermark =
          report
              .map(FlinkRest.Report::watermark)
              .flatMap(HealthWatch::whole)
              .map(Instant::ofEpochMilli)
              .orElse(null);
      String event =
          Json.write(
              new IngestHealth(
                  report
                      .map(FlinkRest.Report::eventsPerSecond)
                      .flatMap(HealthWatch::exact)
                      .orElse(null),
                  report.map(FlinkRest.Report::accepted).flatMap(HealthWatch::whole).orElse(null),
                  report.map(FlinkRest.Report::late).flatMap(HealthWatch::whole).orElse(null),
                  report.map(FlinkRest.Report::duplicates).flatMap(HealthWatch::whole).orElse(null),
                  report.map(FlinkRest.Report::lagRecords).flatMap(HealthWatch::whole).orElse(null),
                  watermark,
                  watermark == null || now == null
                      ? null
                      : Math.max(0, now.toEpochMilli() - watermark.toEpochMilli()),
                  deadLetters,
                  report.map(FlinkRest.Report::job).orElse(null)));
      synchronized (LiveFeed.this) {
        health = event;
        for (TenantWatch watch : tenants.values()) {
          watch.viewers.stream()
              .filter(Viewer::showsHealth)
              .forEach(viewer -> viewer.show("health", event));
        }
      }
    }

    private Optional<FlinkRest.Report> askFlink() {
      if (flink == null) {
        return Optional.empty();
      }
      try {
        return flink.report();
      } catch (IOException e) {
        LOG.debug("Flink does not answer the console", e);
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }

    /**
     * As the tenants' rounds, with rests; what was counted last stands while ClickHouse is away.
     */
    private void countDeadLetters() {
      long began = System.nanoTime();
      if (nextDeadLetters != 0 && began - nextDeadLetters < 0) {
        return;
      }
      try {
        deadLetters = queries.deadLetters();
      } catch (SQLException | RuntimeException e) {
        LOG.debug("ClickHouse does not answer the console", e);
      }
      long ended = System.nanoTime();
      nextDeadLetters = ended + REST_PER_WORK * (ended - began);
    }

    private static Optional<Long> whole(OptionalDouble value) {
      return exact(value).map(Math::round);
    }

    private static Optional<Double> exact(OptionalDouble value) {
      return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }
  }
}
