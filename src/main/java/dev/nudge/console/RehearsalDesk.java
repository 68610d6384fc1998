package dev.nudge.console;

import dev.nudge.console.CampaignDesk.Read;
import dev.nudge.console.ConsoleControls.Recorded;
import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.RuleSource;
import dev.nudge.rehearse.DecisionCounts;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.RecordsOfTenant;
import dev.nudge.rehearse.Rehearsal;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rehearses a campaign against recorded events, one at a time: the brand's own records, with all
 * that is in force of the brand, and the campaign as somebody would have it.
 *
 * <p>State: the newest result of each of the last {@value #MAX_RESULTS} brands, its report on disk.
 * The next one of the brand takes its place, {@link #close} deletes all.
 */
final class RehearsalDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RehearsalDesk.class);

  /** Results that are kept. */
  static final int MAX_RESULTS = 16;

  /** A rehearsal that takes longer is stopped. */
  static final Duration MAX_DURATION = Duration.ofMinutes(30);

  /** The deployment's own jobs may run on the same machine. */
  private static final int PARALLELISM = 1;

  private final CampaignDesk campaigns;
  private final ConsoleControls controls;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Daemons.named("console-rehearsal"));
  private final ScheduledExecutorService limit =
      Executors.newSingleThreadScheduledExecutor(Daemons.named("console-rehearsal-limit"));
  private final Map<String, Standing> newest = new LinkedHashMap<>();
  private long ids;
  private Path folder;
  private Standing running;
  private Thread thread;
  private Future<?> alarm;

  /** What became of a rehearsal. */
  enum Status {
    RUNNING,
    DONE,
    /** The console's log says why. */
    FAILED,
    /** None of the recorded events is the brand's. */
    NO_RECORDS,
    /** Somebody stopped it. */
    STOPPED,
    /** It took longer than it may. */
    TOO_LONG
  }

  /** What it is at. */
  enum Part {
    /** The brand's records are taken out of the files. */
    COPY,
    /** They are read once for their order and times. */
    SURVEY,
    /** They are lived through. */
    RUN,
    /** Results are sorted and the report is written. */
    WRITE
  }

  /**
   * What came out.
   *
   * @param from the first record
   * @param until the last one
   * @param outcome of the campaign's candidates
   */
  record Result(
      Instant from,
      Instant until,
      long records,
      long unusable,
      long millis,
      CampaignQueries.Outcome outcome) {}

  /**
   * A rehearsal, as far as it is.
   *
   * @param id goes into the address of its report
   * @param done records, of {@code total}; null where that is not known
   * @param result null until it is done
   */
  record Standing(
      long id,
      String tenant,
      String campaign,
      Status status,
      Part step,
      Long done,
      Long total,
      Result result) {
    private Standing at(Part other, Long nowDone, Long ofTotal) {
      return new Standing(id, tenant, campaign, status, other, nowDone, ofTotal, result);
    }

    private Standing ended(Status how, Result what) {
      return new Standing(id, tenant, campaign, how, null, null, null, what);
    }
  }

  /**
   * What a brand sees.
   *
   * @param hasRecords whether there is anything to rehearse against
   * @param busy whether another brand's rehearsal runs
   * @param rehearsal the brand's newest one; null without any
   */
  record State(boolean hasRecords, boolean busy, Standing rehearsal) {}

  RehearsalDesk(CampaignDesk campaigns, ConsoleControls controls) {
    this.campaigns = campaigns;
    this.controls = controls;
  }

  /** How it stands with a brand's rehearsals. */
  synchronized State state(String tenant) {
    boolean own = running != null && running.tenant().equals(tenant);
    return new State(
        !controls.recorded().isEmpty(),
        running != null && !own,
        own ? running : newest.get(tenant));
  }

  /**
   * Begins one.
   *
   * @throws DefinitionException if something is wrong with the text
   */
  State begin(String tenant, byte[] text) throws DefinitionException {
    if (controls.recorded().isEmpty()) {
      throw new HttpResponseException(
          501, "This console has no recorded events: start it with --rehearse-orders FILE");
    }
    refuseIfBusy();
    Read read = campaigns.read(tenant, text);
    synchronized (this) {
      refuseIfBusy();
      Standing begun =
          new Standing(
              ++ids, tenant, read.campaign().id(), Status.RUNNING, Part.COPY, null, null, null);
      running = begun;
      worker.execute(() -> run(begun, read));
      alarm =
          limit.schedule(
              () -> stop(begun.id(), Status.TOO_LONG),
              MAX_DURATION.toMillis(),
              TimeUnit.MILLISECONDS);
      return state(tenant);
    }
  }

  private synchronized void refuseIfBusy() {
    if (running != null) {
      throw new HttpResponseException(409, "A rehearsal runs already; one at a time");
    }
  }

  /** Stops a brand's rehearsal, if one runs; it has ended some seconds later. */
  synchronized State stop(String tenant) {
    if (running != null && running.tenant().equals(tenant)) {
      stop(running.id(), Status.STOPPED);
    }
    return state(tenant);
  }

  private synchronized void stop(long id, Status why) {
    if (running != null && running.id() == id && running.status() == Status.RUNNING) {
      running = running.ended(why, null);
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  /** The report of a brand's newest rehearsal; empty if it is another one by now. */
  synchronized Optional<String> report(String tenant, long id) throws IOException {
    Standing standing = newest.get(tenant);
    return standing != null && standing.id() == id && standing.status() == Status.DONE
        ? Optional.of(Files.readString(reportFile(id)))
        : Optional.empty();
  }

  private void run(Standing begun, Read read) {
    Path out = null;
    Standing ended = begun.ended(Status.FAILED, null);
    try {
      enter();
      out = Files.createTempDirectory(folder(), "run");
      ended = rehearse(begun, read, out);
    } catch (InterruptedException e) {
      ended = begun.ended(Status.STOPPED, null);
    } catch (IOException | RuntimeException e) {
      // Wherever it was interrupted, what it did there fails in its own way.
      if (!isStopped()) {
        LOG.error("The rehearsal of {} of {} failed", begun.campaign(), begun.tenant(), e);
      }
    } finally {
      delete(out);
      end(ended);
    }
  }

  private Standing rehearse(Standing begun, Read read, Path out)
      throws IOException, InterruptedException {
    List<InputFile> inputs = new ArrayList<>();
    long records = 0;
    for (Recorded recorded : controls.recorded()) {
      Path copy = out.resolve("records-" + inputs.size() + ".jsonl");
      try (InputStream in = recorded.open()) {
        records +=
            RecordsOfTenant.copy(
                in, begun.tenant(), copy, lines -> tell(begun, Part.COPY, lines, null));
      }
      inputs.add(new InputFile(recorded.topic(), copy.toString()));
    }
    if (records == 0) {
      return begun.ended(Status.NO_RECORDS, null);
    }
    Path results = out.resolve("results");
    Rehearsal.Summary summary =
        new Rehearsal(inputs, read.policies(), rules(read), null, PARALLELISM, results)
            .withoutMeasures()
            .run(progress(begun));
    List<CampaignQueries.Count> counts =
        DecisionCounts.of(results, begun.tenant(), begun.campaign()).stream()
            .map(
                one ->
                    new CampaignQueries.Count(
                        begun.campaign(), one.code().name(), one.reason(), one.decisions(), 0))
            .toList();
    Files.move(
        results.resolve("report.html"),
        reportFile(begun.id()),
        StandardCopyOption.REPLACE_EXISTING);
    return begun.ended(
        Status.DONE,
        new Result(
            summary.from(),
            summary.until(),
            summary.records(),
            summary.unusable(),
            summary.millis(),
            CampaignQueries.outcome(counts)));
  }

  /** All that is in force, the text in the place of its published version. */
  private static List<RuleSource> rules(Read read) {
    RuleSource campaign = read.campaign();
    List<RuleSource> rules = new ArrayList<>();
    for (RuleSource rule : read.rules()) {
      if (rule.kind() != campaign.kind() || !rule.id().equals(campaign.id())) {
        rules.add(rule);
      }
    }
    rules.add(campaign);
    return rules;
  }

  private Rehearsal.Progress progress(Standing begun) {
    return new Rehearsal.Progress() {
      @Override
      public void read(long done, long total) {
        tell(begun, Part.RUN, done, total);
      }

      @Override
      public void doing(Step step, String file) {
        tell(begun, step == Step.SURVEY ? Part.SURVEY : Part.WRITE, null, null);
      }
    };
  }

  private synchronized void tell(Standing begun, Part step, Long done, Long total) {
    if (running != null && running.id() == begun.id() && running.status() == Status.RUNNING) {
      running = running.at(step, done, total);
    }
  }

  /** It may have been stopped before it began. */
  private synchronized void enter() throws InterruptedException {
    thread = Thread.currentThread();
    if (isStopped()) {
      throw new InterruptedException();
    }
  }

  private synchronized boolean isStopped() {
    return running != null && running.status() != Status.RUNNING;
  }

  /** Why it was stopped says more than how it ended then. */
  private synchronized void end(Standing ended) {
    boolean stopped = isStopped() && ended.status() != Status.DONE;
    Standing before = newest.remove(ended.tenant());
    newest.put(ended.tenant(), stopped ? running : ended);
    running = null;
    thread = null;
    alarm.cancel(false);
    if (before != null) {
      delete(reportFile(before.id()));
    }
    Iterator<Standing> oldest = newest.values().iterator();
    while (newest.size() > MAX_RESULTS) {
      delete(reportFile(oldest.next().id()));
      oldest.remove();
    }
  }

  private synchronized Path folder() throws IOException {
    if (folder == null) {
      Files.createDirectories(controls.directory());
      folder = Files.createTempDirectory(controls.directory(), "console");
    }
    return folder;
  }

  private synchronized Path reportFile(long id) {
    return folder == null ? null : folder.resolve("report-" + id + ".html");
  }

  private static void delete(Path root) {
    if (root == null || !Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", root, e);
    }
  }

  /** Stops the one that runs, waits for its end, and deletes all. */
  @Override
  public void close() {
    limit.shutdownNow();
    worker.shutdownNow();
    try {
      if (!worker.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("The rehearsal does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    delete(folder);
  }
}
