package dev.nudge.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.nudge.bench.ClusterReport.Drain;
import dev.nudge.bench.ClusterReport.Recovery;
import dev.nudge.bench.ClusterReport.Sample;
import dev.nudge.bench.ClusterReport.Steady;
import dev.nudge.bench.TriggerLatency.Lateness;
import dev.nudge.chaos.Installation;
import dev.nudge.chaos.ServerProcess;
import dev.nudge.chaos.StandaloneCluster;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.TopicLayout;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;

/**
 * {@code bench cluster}: both jobs as they are deployed, on a Flink cluster of several processes
 * with Kafka and ClickHouse beside it, all on this machine.
 *
 * <p>First everybody comes once, which makes the state. Then in turns the jobs are stopped with a
 * savepoint, events are written, and the jobs work them off, with the deployment's checkpoints and
 * without any: that is what checkpoints cost; and with settings that are to be compared. Then
 * events come live, at an even pace that is raised until they pile up: the last that did not is the
 * maximum. Then a share of that comes, and triggers are timed at their topic. Then TaskManagers are
 * killed under one load or several; one is in reserve, and who was killed comes back a second
 * later, as by a supervisor.
 */
public final class ClusterBenchmark {
  private static final String DEFINITIONS = "cluster.yaml";

  private static final List<String> JOBS = List.of("engage", "measure");

  /** A TaskManager has two slots, as many as there are jobs: so many as tasks of one work. */
  private static final int IN_RESERVE = 1;

  private static final int PARTITIONS = LoadWriter.PARTITIONS;

  /** Longer than anything here takes. */
  private static final Map<String, String> NO_CHECKPOINTS =
      Map.of("execution.checkpointing.interval", "30 d");

  /**
   * A job goes on with the files of its savepoint. Otherwise its first checkpoint copies them all,
   * once, and a minute's work would tell what that costs, and not what checkpoints do.
   */
  private static final Map<String, String> OWN_FILES =
      Map.of("execution.state-recovery.claim-mode", "CLAIM");

  /** What piled up is of the past, and time does not follow the clock when it has been read. */
  private static final Map<String, String> PAST = Map.of("ingest.clock", "RECORDS");

  /**
   * What the state is made of piles up by so many, or what waits for its turn would be state, too.
   */
  private static final long SLICE = 50_000;

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration DRAIN = Duration.ofHours(3);
  private static final Duration CATCH_UP = Duration.ofMinutes(5);

  /** Until code that runs often is compiled, and what the jump from the past brought is done. */
  private static final Duration WARM_UP = Duration.ofMinutes(3);

  /** For how long a rate comes on the way up; half of it may be needed to get there. */
  private static final Duration STEP = Duration.ofSeconds(40);

  /**
   * For how long a rate comes before it is believed: RocksDB and ClickHouse tidy up, and patterns
   * come to what they wait for, long after the events that brought it about.
   */
  private static final Duration HOLD = Duration.ofMinutes(5);

  /** So many seconds' events behind is piled up; nobody need wait for the rest. */
  private static final long PILED_UP_SECONDS = 20;

  /** The first rate, as a share of what is worked off from a pile. */
  private static final double FIRST_SHARE = 0.3;

  private static final double FACTOR = 1.15;

  private static final Duration SUPERVISOR = Duration.ofSeconds(1);

  /** What is left of the kill before, and a checkpoint. */
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(45);

  /** The promise: a trigger leaves within a second of what it has to wait for. */
  private static final long PROMISED_MILLIS = 1_000;

  /** As often as Flink's processes are asked; more would cost them time that is measured. */
  private static final long LOOK_EVERY_MILLIS = 1_000;

  /** Caught up is who is no longer behind for so long. */
  private static final long HOLDS_MILLIS = 2_000;

  private static final long SAMPLE_EVERY_MILLIS = 10_000;

  private final ClusterBenchConfig config;
  private final Consumer<String> progress;

  /**
   * A benchmark that has not begun.
   *
   * @param progress told in a sentence what happens
   */
  public ClusterBenchmark(ClusterBenchConfig config, Consumer<String> progress) {
    this.config = config;
    this.progress = progress;
  }

  /**
   * Runs everything; what it writes meanwhile is deleted at the end.
   *
   * @throws Exception if a part of it fails, or a job ends
   */
  public ClusterReport run() throws Exception {
    try (BenchDirectory directory = BenchDirectory.create();
        Installation installation =
            new Installation(
                config.deployment(),
                directory.path().resolve("installation"),
                directory.path().resolve("native"))) {
      Thread end = new Thread(installation::close, "bench-end");
      Runtime.getRuntime().addShutdownHook(end);
      try {
        return new Run(installation, directory.path()).all();
      } catch (IOException | TimeoutException | RuntimeException e) {
        // The logs go with the rest.
        progress.accept(installation.troubles());
        throw e;
      } finally {
        Runtime.getRuntime().removeShutdownHook(end);
      }
    }
  }

  private final class Run {
    private final Installation installation;
    private final Path directory;
    private final Map<String, String> jobs = new LinkedHashMap<>();
    private TopicLayout topics;
    private StandaloneCluster flink;
    private ClusterGauges gauges;

    /** Its answer is of the time since it was asked before. */
    private final OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    Run(Installation installation, Path directory) {
      this.installation = installation;
      this.directory = directory;
    }

    ClusterReport all() throws Exception {
      topics = installation.prepare(PARTITIONS, List.of(definitions()));
      // How often metrics are asked for is no part of a deployment.
      flink =
          installation.startFlink(
              config.parallelism() + IN_RESERVE, Map.of("metrics.fetcher.update-interval", "1000"));
      gauges = new ClusterGauges(flink);
      progress.accept("Flink's processes get their memory from " + ClusterReport.allocator());
      installation.upload();
      long all = (long) Math.ceil(config.customers() * EventStream.EVENTS_A_VISIT);
      long past = all + (2L + config.variants().size()) * config.runs() * config.events();
      try (ShopLoad load =
          new ShopLoad(installation.kafka(), topics, config.customers(), past, config.seed())) {
        Drain fill = fill(load, all);
        List<Drain> drains = drains(load);
        double maximum =
            Median.of(
                drains.stream().filter(each -> each.settings().equals(Drain.AS_DEPLOYED)).toList(),
                Drain::eventsPerSecond);
        stopAndStart(() -> {}, Map.of(), Map.of());
        return paced(
            load, fill, drains, config.maximum() > 0 ? config.maximum() : live(load, maximum));
      }
    }

    private Drain fill(ShopLoad load, long all)
        throws IOException, InterruptedException, TimeoutException {
      progress.accept("%,d customers come once: %,d events".formatted(config.customers(), all));
      long first = Math.min(SLICE, all);
      load.write(first);
      start(Map.of(), PAST, Map.of());
      long[] unwritten = {all - first};
      return drain(
          "fill",
          all,
          left -> {
            if (left < SLICE) {
              long next = Math.min(SLICE, unwritten[0]);
              load.write(next);
              unwritten[0] -= next;
            }
            return unwritten[0];
          });
    }

    private DefinitionReader definitions() throws IOException {
      DefinitionReader reader = DefinitionReader.forPublishing(BenchEvent.TENANT);
      try (InputStream in = ClusterBenchmark.class.getResourceAsStream(DEFINITIONS)) {
        reader.read(DEFINITIONS, in.readAllBytes());
      }
      return reader;
    }

    private void start(
        Map<String, String> savepoints, Map<String, String> arguments, Map<String, String> settings)
        throws IOException, InterruptedException, TimeoutException {
      jobs.clear();
      for (String job : JOBS) {
        jobs.put(
            job,
            installation.submit(
                job, config.parallelism(), savepoints.get(job), arguments, settings));
      }
      installation.await("running jobs", START, () -> installation.areRunning(jobs.values()));
    }

    /** Who writes while the jobs read. */
    private interface Feed {
      /**
       * Writes more if it is time to.
       *
       * @param left what the jobs have not read yet
       * @return how many events are not written yet
       */
      long after(long left) throws IOException;
    }

    /** What happens while the jobs are away. */
    private interface Meanwhile {
      void happens() throws IOException;
    }

    private void stopAndStart(
        Meanwhile meanwhile, Map<String, String> arguments, Map<String, String> settings)
        throws IOException, InterruptedException, TimeoutException {
      Map<String, String> savepoints = new LinkedHashMap<>();
      for (Map.Entry<String, String> job : jobs.entrySet()) {
        String path = flink.stop(job.getValue(), SavepointFormatType.NATIVE);
        installation.await(
            "a savepoint of " + job.getKey(),
            START,
            () -> flink.get(path).at("/status/id").asText().equals("COMPLETED"));
        String location = flink.get(path).at("/operation/location").asText();
        if (location.isEmpty()) {
          throw new IOException("no savepoint: " + flink.get(path));
        }
        savepoints.put(job.getKey(), location);
      }
      meanwhile.happens();
      Map<String, String> all = new TreeMap<>(settings);
      all.putAll(OWN_FILES);
      start(savepoints, arguments, all);
    }

    /** There and back in turns: whoever always came second would win by what compiles meanwhile. */
    private List<Drain> drains(ShopLoad load)
        throws IOException, InterruptedException, TimeoutException {
      Map<String, Map<String, String>> settings = new LinkedHashMap<>();
      settings.put(Drain.AS_DEPLOYED, Map.of());
      settings.put(Drain.NO_CHECKPOINTS, NO_CHECKPOINTS);
      config.variants().forEach(each -> settings.put(nameOf(each), each));
      List<String> order = new ArrayList<>(settings.keySet());
      List<Drain> drains = new ArrayList<>();
      for (int run = 0; run < config.runs(); run++) {
        for (String name : order) {
          drains.add(drained(load, name, settings.get(name)));
        }
        Collections.reverse(order);
      }
      return drains;
    }

    private static String nameOf(Map<String, String> variant) {
      return "with " + new TreeMap<>(variant);
    }

    private Drain drained(ShopLoad load, String name, Map<String, String> settings)
        throws IOException, InterruptedException, TimeoutException {
      stopAndStart(() -> load.write(config.events()), PAST, settings);
      return drain(name, config.events(), left -> 0);
    }

    /** Waits until all that was written is read by both jobs, from when the first has begun. */
    private Drain drain(String name, long events, Feed feed)
        throws IOException, InterruptedException, TimeoutException {
      installation.await(name, START, () -> gauges.pending(jobs.get("engage")) > 0);
      long begunNanos = System.nanoTime();
      Duration begunProcessor = flink.processorTime();
      long told = begunNanos;
      long restored = restored();
      long before = events;
      long deadline = begunNanos + DRAIN.toNanos();
      while (System.nanoTime() < deadline) {
        long left = left(events);
        left += feed.after(left);
        if (left == 0 && before == 0) {
          Drain drain =
              new Drain(
                  name,
                  events,
                  (System.nanoTime() - begunNanos) / 1e9,
                  flink.processorTime().minus(begunProcessor).toNanos() / 1e3 / events,
                  gauges.checkpoint(jobs.get("engage")),
                  gauges.checkpoint(jobs.get("measure")));
          requireNoRestart(restored);
          progress.accept(
              "%s: %,d events in %.1f s, %,.0f/s, %.1f us of processor time each"
                  .formatted(
                      name, events, drain.seconds(), drain.eventsPerSecond(), drain.micros()));
          return drain;
        }
        if (System.nanoTime() - told > TimeUnit.MILLISECONDS.toNanos(SAMPLE_EVERY_MILLIS)) {
          told = System.nanoTime();
          progress.accept("  %s: %,d to go".formatted(name, left));
          installation.areRunning(jobs.values());
        }
        // A source that has just read what it knew of may not know of all.
        before = left;
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
      throw new TimeoutException(name + ": not worked off in " + DRAIN);
    }

    private long left(long events) throws IOException, InterruptedException {
      long left = 0;
      for (String job : jobs.values()) {
        // Who does not know yet has all of it before it.
        long pending = gauges.pending(job);
        left += pending < 0 ? events : pending;
      }
      return left;
    }

    private long restored() throws IOException, InterruptedException {
      long restored = 0;
      for (String job : jobs.values()) {
        restored += gauges.restored(job);
      }
      return restored;
    }

    /** What is done twice is no measure. */
    private void requireNoRestart(long restored) throws IOException, InterruptedException {
      if (restored() != restored) {
        throw new IOException("a job was restarted while it was measured");
      }
    }

    /**
     * The sustainable throughput: the highest rate at which what comes live does not pile up,
     * raised in short steps from what is surely too little, and lowered again until it can be held.
     */
    private double live(ShopLoad load, double drained)
        throws IOException, InterruptedException, TimeoutException {
      double kept = 0;
      double rate = FIRST_SHARE * drained;
      warmUp(load, rate);
      while (isKeptUp(load, rate, STEP)) {
        kept = rate;
        rate *= FACTOR;
      }
      installation.await("what piled up", DRAIN, () -> left(1) == 0);
      while (kept > 0 && !isKeptUp(load, kept, HOLD)) {
        installation.await("what piled up", DRAIN, () -> left(1) == 0);
        kept = kept / FACTOR < FIRST_SHARE * drained ? 0 : kept / FACTOR;
      }
      if (kept == 0) {
        throw new IOException("%,.0f events a second are too many already".formatted(rate));
      }
      return kept;
    }

    private static void warmUp(ShopLoad load, double rate) throws InterruptedException {
      Thread shop = open(load, rate);
      try {
        TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
      } finally {
        close(shop);
      }
    }

    /** Whether the jobs have read all there is at some instant of the last twenty seconds. */
    private boolean isKeptUp(ShopLoad load, double rate, Duration hold)
        throws IOException, InterruptedException {
      long restored = restored();
      long begun = System.nanoTime();
      long judged = begun + hold.minus(STEP.dividedBy(2)).toNanos();
      long until = begun + hold.toNanos();
      boolean kept = false;
      Thread shop = open(load, rate);
      try {
        while (!kept && System.nanoTime() < until && left(0) <= PILED_UP_SECONDS * rate) {
          TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
          kept = System.nanoTime() > judged && isNearlyEmpty(rate);
        }
      } finally {
        close(shop);
      }
      requireNoRestart(restored);
      progress.accept(
          "%,.0f events a second, live, for %d s: %s"
              .formatted(rate, hold.toSeconds(), kept ? "kept up" : "they pile up"));
      return kept;
    }

    private static Thread open(ShopLoad load, double rate) {
      Thread shop = new Thread(() -> load.pace(rate), "bench-shop");
      shop.start();
      return shop;
    }

    private static void close(Thread shop) throws InterruptedException {
      shop.interrupt();
      shop.join();
    }

    private ClusterReport paced(ShopLoad load, Drain fill, List<Drain> drains, double maximum)
        throws IOException, InterruptedException, TimeoutException {
      double rate = config.load() * maximum;
      try (TriggerLatency latency =
          new TriggerLatency(
              installation.kafka(),
              topics,
              Duration.ofMillis(
                  IngestConfig.from(new Configuration()).maxOutOfOrdernessMillis()))) {
        List<Steady> steadies = new ArrayList<>();
        if (config.maximum() > 0) {
          warmUp(load, rate);
        }
        steadies.add(steady(load, latency, Drain.AS_DEPLOYED, rate));
        for (Map<String, String> variant : config.variants()) {
          stopAndStart(() -> {}, Map.of(), variant);
          warmUp(load, rate);
          steadies.add(steady(load, latency, nameOf(variant), rate));
        }
        if (!config.variants().isEmpty() && config.kills() > 0) {
          stopAndStart(() -> {}, Map.of(), Map.of());
        }
        return new ClusterReport(
            config, fill, drains, maximum, steadies, recoveries(load, latency, maximum));
      }
    }

    private Steady steady(ShopLoad load, TriggerLatency latency, String name, double rate)
        throws IOException, InterruptedException, TimeoutException {
      progress.accept("%s: %,.0f events a second".formatted(name, rate));
      Thread shop = open(load, rate);
      try {
        if (caughtUp(latency, System.currentTimeMillis(), rate).isEmpty()) {
          throw new TimeoutException("%,.0f events a second are too many".formatted(rate));
        }
        long restored = restored();
        List<Sample> samples = new ArrayList<>();
        machine.getCpuLoad();
        long begun = System.currentTimeMillis();
        long until = begun + config.steady().toMillis();
        while (System.currentTimeMillis() < until) {
          samples.add(sample(latency, begun));
          progress.accept("  " + samples.get(samples.size() - 1).line());
        }
        requireNoRestart(restored);
        return new Steady(name, latency.between(begun, System.currentTimeMillis()), samples);
      } finally {
        close(shop);
      }
    }

    private List<Recovery> recoveries(ShopLoad load, TriggerLatency latency, double maximum)
        throws IOException, InterruptedException, TimeoutException {
      List<Recovery> recoveries = new ArrayList<>();
      for (double share : config.killLoads()) {
        Thread shop = open(load, share * maximum);
        try {
          boolean caughtUp = true;
          for (int kill = 0; kill < config.kills() && caughtUp; kill++) {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_KILLS.toMillis());
            Recovery recovery = kill(JOBS.get(kill % JOBS.size()), latency, share, maximum);
            recoveries.add(recovery);
            caughtUp = recovery.isCaughtUp();
          }
        } finally {
          close(shop);
        }
        installation.await("what piled up", DRAIN, () -> left(1) == 0);
      }
      return recoveries;
    }

    private Sample sample(TriggerLatency latency, long begunMillis)
        throws IOException, InterruptedException {
      long from = System.currentTimeMillis();
      long heap = Long.MAX_VALUE;
      while (System.currentTimeMillis() < from + SAMPLE_EVERY_MILLIS) {
        // The least is nearest to what lives.
        heap = Math.min(heap, gauges.heapBytes());
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
      installation.areRunning(jobs.values());
      return new Sample(
          (System.currentTimeMillis() - begunMillis) / 1e3,
          machine.getCpuLoad(),
          latency.between(from, System.currentTimeMillis()),
          gauges.pending(jobs.get("engage")),
          gauges.pending(jobs.get("measure")),
          heap,
          flink.residentBytes(),
          ClusterGauges.bytesBelow(directory.resolve("installation/flink/tmp")),
          gauges.checkpoint(jobs.get("engage")),
          gauges.checkpoint(jobs.get("measure")));
    }

    /** Kills a TaskManager that works for a job. */
    private Recovery kill(String job, TriggerLatency latency, double share, double maximum)
        throws IOException, InterruptedException, TimeoutException {
      String id = jobs.get(job);
      String name = "";
      for (String each : flink.taskManagers()) {
        if (gauges.isBusy(each, id)) {
          name = each;
        }
      }
      if (name.isEmpty()) {
        throw new IOException("no TaskManager works for " + job);
      }
      ServerProcess victim = flink.process(name);
      long restored = gauges.restored(id);
      long killed = System.currentTimeMillis();
      victim.kill();
      TimeUnit.MILLISECONDS.sleep(SUPERVISOR.toMillis());
      victim.restart();
      // Nobody knows of it for some seconds, and nothing is behind meanwhile but what it did.
      installation.await("the job's restart", CATCH_UP, () -> gauges.restored(id) > restored);
      long back = System.currentTimeMillis();
      OptionalLong caughtUp = caughtUp(latency, killed, share * maximum);
      Recovery recovery =
          new Recovery(
              job,
              share,
              (back - killed) / 1e3,
              caughtUp.isPresent()
                  ? (caughtUp.getAsLong() - killed) / 1e3
                  : Double.POSITIVE_INFINITY,
              latency.between(killed, System.currentTimeMillis()).max() / 1e3);
      progress.accept(recovery.line());
      return recovery;
    }

    /** The instant since when nothing is behind, none if there is none for too long. */
    private OptionalLong caughtUp(TriggerLatency latency, long fromMillis, double rate)
        throws IOException, InterruptedException {
      long since = Long.MAX_VALUE;
      long told = fromMillis;
      long deadline = fromMillis + CATCH_UP.toMillis();
      Lateness last = latency.between(fromMillis, fromMillis);
      while (System.currentTimeMillis() < deadline) {
        long now = System.currentTimeMillis();
        last = latency.between(Math.max(fromMillis, now - PROMISED_MILLIS), now);
        if (now - told > SAMPLE_EVERY_MILLIS) {
          told = now;
          progress.accept("  catching up: " + standing(last));
        }
        if (last.count() == 0 || last.p99() > PROMISED_MILLIS || !isNearlyEmpty(rate)) {
          since = Long.MAX_VALUE;
        } else {
          since = Math.min(since, now);
          if (now - since >= HOLDS_MILLIS) {
            return OptionalLong.of(since);
          }
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
      progress.accept(
          "not caught up with %,.0f events/s in %d s: %s"
              .formatted(rate, CATCH_UP.toSeconds(), standing(last)));
      return OptionalLong.empty();
    }

    private String standing(Lateness last) throws IOException, InterruptedException {
      return "%,d triggers in a second, 99 %% within %,d ms; pending %,d for Engage, %,d for Measure"
          .formatted(
              last.count(),
              last.p99(),
              gauges.pending(jobs.get("engage")),
              gauges.pending(jobs.get("measure")));
    }

    /** A second's records may be on their way. */
    private boolean isNearlyEmpty(double rate) throws IOException, InterruptedException {
      for (String job : jobs.values()) {
        long pending = gauges.pending(job);
        if (pending < 0 || pending > rate) {
          return false;
        }
      }
      return true;
    }
  }
}
