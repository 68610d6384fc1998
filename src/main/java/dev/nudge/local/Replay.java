package dev.nudge.local;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Plays recorded events into the input topics, in order of event time, as if they happened now.
 *
 * <p>Its clock runs at the chosen speed, between events too, but never past the next event that has
 * not been sent. Ten times a second it writes that clock to every partition of every customer
 * input, so that no idle partition holds the others back and absence shows at night; once a second
 * to the compacted definitions, where {@link dev.nudge.kafka.DeploymentClock} reads it. Behind the
 * last event it writes one more time, late enough that nothing waits for out-of-order events any
 * more, and stands still. Started again it writes that time again and is done. What simulated
 * customers answer is written by it too, before the time at which it is due.
 *
 * <p>Example: with speed 172800, an order of noon on 1 December is sent a quarter of a second after
 * one of midnight, and {@code $time} records of about 04:48 and 09:36 lie between them.
 *
 * <p>It may be killed at any instant and started again with the same files: each partition's newest
 * record says how far it came there, and each gets just the lines it lacks. State: none but those
 * records.
 */
public final class Replay implements AutoCloseable {

  /** How long ingest waits for events that are out of order, unless configured otherwise. */
  public static final Duration DEFAULT_MAX_OUT_OF_ORDERNESS = Duration.ofSeconds(5);

  private static final long CLOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long DEFINITIONS_CLOCK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

  private final KafkaConfig config;
  private final TopicLayout topics;
  private final List<ReplaySource> sources;
  private final Speed speed;
  private final Duration maxOutOfOrderness;
  private final Answers answers;
  private final PrintStream terminal;
  private final Ticker ticker;

  private final CompletableFuture<Void> completion = new CompletableFuture<>();
  private final AtomicReference<Exception> sendFailure = new AtomicReference<>();
  private final AtomicLong sent = new AtomicLong();
  private final Thread thread = new Thread(this::run, "nudge-replay");
  private volatile boolean stopping;

  // Written by the replay's thread, read by anyone.
  private volatile ReplayLines.Summary summary;
  private volatile long walked;
  private volatile long clockMillis;
  private volatile boolean done;
  private volatile long startedNanos;
  private volatile boolean started;
  private volatile long endedNanos;
  private volatile boolean ended;

  // Used by the replay's thread alone.
  private KafkaProducer<byte[], byte[]> producer;
  private long clockDueNanos;
  private long definitionsClockDueNanos;
  private long toldMillis;

  /**
   * Prepares a replay; {@link #start()} starts it.
   *
   * @param topics the deployment's topics, all of them there
   * @param sources the files
   * @param maxOutOfOrderness how long ingest waits for events that are out of order
   * @param terminal where a line of progress is shown and overwritten once a second; null for none,
   *     see {@link #terminal(boolean)}
   */
  public Replay(
      KafkaConfig config,
      TopicLayout topics,
      List<ReplaySource> sources,
      Speed speed,
      Duration maxOutOfOrderness,
      PrintStream terminal) {
    this(config, topics, sources, speed, maxOutOfOrderness, Answers.NONE, terminal, Ticker.SYSTEM);
  }

  Replay(
      KafkaConfig config,
      TopicLayout topics,
      List<ReplaySource> sources,
      Speed speed,
      Duration maxOutOfOrderness,
      PrintStream terminal,
      Ticker ticker) {
    this(config, topics, sources, speed, maxOutOfOrderness, Answers.NONE, terminal, ticker);
  }

  /**
   * Prepares a replay beside which simulated customers answer.
   *
   * @param answers what they answer, written when it is due by the replay's clock
   */
  Replay(
      KafkaConfig config,
      TopicLayout topics,
      List<ReplaySource> sources,
      Speed speed,
      Duration maxOutOfOrderness,
      Answers answers,
      PrintStream terminal,
      Ticker ticker) {
    this.answers = answers;
    this.config = config;
    this.topics = topics;
    this.sources = List.copyOf(sources);
    this.speed = speed;
    this.maxOutOfOrderness = maxOutOfOrderness;
    this.terminal = terminal;
    this.ticker = ticker;
    thread.setDaemon(true);
  }

  /**
   * Standard output if a person watches it, or if forced; else null. From Java 22 on every process
   * has a console; the line then shows in a redirected output too, which does no harm.
   */
  @SuppressWarnings("SystemConsoleNull")
  public static PrintStream terminal(boolean force) {
    return force || System.console() != null ? System.out : null;
  }

  /** Starts the replay in a thread of its own and returns at once; to be called once. */
  public void start() {
    thread.start();
  }

  /** How far it has come. */
  public ReplayProgress progress() {
    ReplayLines.Summary counted = summary;
    long until = ended ? endedNanos : ticker.nanoTime();
    double seconds = (until - startedNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    return new ReplayProgress(
        walked,
        counted == null ? -1 : counted.total(),
        clockMillis,
        done,
        !started || seconds <= 0 ? 0 : sent.get() / seconds);
  }

  /**
   * Completes when all is in the topics. Completes exceptionally with what went wrong (a {@link
   * ReplayException} says what to do), or with a {@link CancellationException} if it was closed
   * before.
   */
  public CompletableFuture<Void> completion() {
    return completion.copy();
  }

  /** Stops the replay where it is; another one with the same files resumes it. */
  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    completion.cancel(false);
  }

  private void run() {
    try {
      summary = ReplayLines.summarise(sources);
      ReplayStanding standing =
          ReplayStanding.read(config.toProperties(), inputPartitions(), summary.fingerprint());
      replay(standing);
      done = true;
      stopCounting();
      showProgress();
      completion.complete(null);
    } catch (InterruptedException | InterruptException | CancellationException e) {
      completion.completeExceptionally(
          stopping ? new CancellationException("The replay was closed.") : e);
    } catch (IOException | RuntimeException | Error e) {
      Exception cause = sendFailure.get();
      completion.completeExceptionally(
          cause == null
              ? e
              : new ReplayException(
                  "The replay can't write to Kafka: " + cause.getMessage(), cause));
    } finally {
      stopCounting();
      if (terminal != null) {
        terminal.println();
      }
    }
  }

  private void stopCounting() {
    if (!ended) {
      endedNanos = ticker.nanoTime();
      ended = true;
    }
  }

  private void replay(ReplayStanding standing) throws IOException, InterruptedException {
    producer =
        new KafkaProducer<>(
            producerProperties(), new ByteArraySerializer(), new ByteArraySerializer());
    try {
      if (standing.ended()) {
        walked = summary.total();
      } else {
        startedNanos = ticker.nanoTime();
        clockDueNanos = startedNanos;
        definitionsClockDueNanos = startedNanos;
        started = true;
        try (ReplayLines lines = ReplayLines.open(sources)) {
          play(lines, fillUp(lines, standing));
        }
      }
      end();
    } finally {
      // Close flushes; an interrupt that is still pending would end that early.
      boolean interrupted = Thread.interrupted();
      producer.close(CLOSE_PATIENCE);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Sends the lines that one partition lacks although another one is farther. No time is written
   * meanwhile: it would be ahead of lines still to come.
   *
   * @return the first line that was never sent, null if there is none
   */
  private ReplayLine fillUp(ReplayLines lines, ReplayStanding standing) throws IOException {
    long lastLine = standing.lastLine();
    ReplayLine next = lines.next();
    while (next != null && next.number() <= lastLine) {
      checkRunning();
      if (standing.lacks(partition(next), next.number())) {
        send(next);
      }
      arriveAt(next);
      next = lines.next();
    }
    clockMillis = Math.max(clockMillis, standing.clockMillis());
    toldMillis = standing.clockMillis();
    return next;
  }

  /** Sends every line when it is due. */
  private void play(ReplayLines lines, ReplayLine first) throws IOException, InterruptedException {
    ReplayLine next = first;
    long anchorNanos = ticker.nanoTime();
    long anchorMillis = clockMillis;
    while (next != null) {
      checkRunning();
      long now = ticker.nanoTime();
      if (anchorMillis == 0) {
        // The clock starts at the first line that has a time.
        anchorMillis = next.atMillis();
        anchorNanos = now;
      }
      long dueNanos =
          speed.unlimited()
              ? 0
              : speed.wallNanos(next.atMillis() - anchorMillis) - (now - anchorNanos);
      if (dueNanos <= 0) {
        send(next);
        arriveAt(next);
        next = lines.next();
      } else {
        long reached = anchorMillis + speed.eventMillis(now - anchorNanos);
        clockMillis = Math.max(clockMillis, Math.min(reached, next.atMillis()));
      }
      if (now - clockDueNanos >= 0) {
        tell(now);
      } else if (dueNanos > 0) {
        ticker.await(Math.min(dueNanos, clockDueNanos - now));
      }
    }
  }

  /**
   * The last word: definitions first, for whoever finds the inputs ended looks no further.
   *
   * <p>A finished replay says it again at each start. A checkpoint holds offsets but no watermark:
   * one taken behind the last record, and before time followed it, restores a job in which nothing
   * would ever move time again. Twice the same time does no harm.
   */
  private void end() {
    flush();
    if (summary.lastMillis() == 0) {
      // No line has a time, so there is none to tell.
      return;
    }
    clockMillis = endMillis();
    tellDefinitions();
    flush();
    for (TopicPartition partition : inputPartitions()) {
      ProducerRecord<byte[], byte[]> last = time(partition.topic(), partition.partition());
      last.headers().add(ReplayStanding.END, new byte[] {1});
      send(last);
    }
    flush();
  }

  private void arriveAt(ReplayLine line) {
    walked = line.number();
    clockMillis = Math.max(clockMillis, line.atMillis());
  }

  private void tell(long now) {
    clockDueNanos = now + CLOCK_NANOS;
    if (clockMillis == 0) {
      return;
    }
    writeAnswers();
    toldMillis = clockMillis;
    for (TopicPartition partition : inputPartitions()) {
      send(time(partition.topic(), partition.partition()));
    }
    if (now - definitionsClockDueNanos >= 0) {
      definitionsClockDueNanos = now + DEFINITIONS_CLOCK_NANOS;
      tellDefinitions();
      showProgress();
    }
  }

  /**
   * Between two times nothing that is dated from the first one on is late, in whatever partition:
   * the slowest of them tells how far time is.
   */
  private void writeAnswers() {
    List<SimulatedEvent> due = answers.take(clockMillis);
    for (SimulatedEvent answer : due) {
      send(
          answer.record(
              topics.nameOf(TopicName.of(answer.topic())),
              Math.max(answer.atMillis(), toldMillis)));
    }
    if (!due.isEmpty()) {
      flush();
    }
    answers.written();
  }

  private void tellDefinitions() {
    for (TopicName topic : TopicName.DEFINITIONS) {
      send(time(topics.nameOf(topic), 0));
    }
  }

  private ProducerRecord<byte[], byte[]> time(String topic, int partition) {
    return marked(
        new ProducerRecord<>(topic, partition, TimeRecord.key(), TimeRecord.value(clockMillis)),
        walked);
  }

  private void send(ReplayLine line) {
    TopicPartition to = partition(line);
    send(
        marked(
            new ProducerRecord<>(to.topic(), to.partition(), line.key(), line.value()),
            line.number()));
    sent.incrementAndGet();
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    // Nobody waits for a single record; the callback hears of a failure.
    Future<?> unused =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null && sendFailure.compareAndSet(null, failure)) {
                // At once, so that nothing behind the lost record is written: there must be no gap.
                producer.close(Duration.ZERO);
              }
            });
  }

  private ProducerRecord<byte[], byte[]> marked(
      ProducerRecord<byte[], byte[]> record, long lastLine) {
    ReplayStanding.mark(record.headers(), lastLine, summary.fingerprint());
    return record;
  }

  private void flush() {
    producer.flush();
    checkRunning();
  }

  private void checkRunning() {
    if (sendFailure.get() != null) {
      throw new KafkaException(sendFailure.get());
    }
    if (stopping) {
      throw new CancellationException();
    }
  }

  private TopicPartition partition(ReplayLine line) {
    TopicName topic = TopicName.of(line.topic());
    return new TopicPartition(topics.nameOf(topic), line.partition(topics.partitionsOf(topic)));
  }

  private List<TopicPartition> inputPartitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
      for (int i = 0; i < topics.partitionsOf(topic); i++) {
        partitions.add(new TopicPartition(topics.nameOf(topic), i));
      }
    }
    return partitions;
  }

  private long endMillis() {
    return summary.lastMillis() + maxOutOfOrderness.toMillis() + 1;
  }

  private void showProgress() {
    if (terminal != null) {
      // Back to the line's start, and clear what a longer text left.
      terminal.print("\r" + progress().line() + "\u001b[K");
      terminal.flush();
    }
  }

  private Properties producerProperties() {
    Properties properties = config.toProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
    // A line too large for the broker fails here, before anything behind it is on its way.
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicName.MAX_MESSAGE_BYTES);
    return properties;
  }
}
