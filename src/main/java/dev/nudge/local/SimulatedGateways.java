package dev.nudge.local;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Push, SMS, e-mail and the customers behind them: reads triggers, and hands out what {@link
 * SimulatedCustomer} makes of each when its time has come by local mode's clock.
 *
 * <p>It may be killed at any instant. What it commits for a partition is the oldest trigger of
 * which an answer is still due, with the next one to read and the clock up to which answers are
 * written. So the next start thinks out again what is still due, which gives the same, and goes on.
 * Whatever was written and not committed is written once more under the same ids: duplicates.
 * Started with another lag, answers of triggers that were under way may be missing, or told twice.
 *
 * <p>State: answers that are not due yet, {@link #MAX_WAITING} and those of one poll at most,
 * cleared when they are taken; the ids of the newest {@link #MAX_SEEN} triggers, for a job that was
 * restored tells some again.
 */
final class SimulatedGateways implements Answers, AutoCloseable {
  /** No further trigger is read while so many answers wait for their time. */
  static final int MAX_WAITING = 200_000;

  /** As many triggers are known by their ids. */
  static final int MAX_SEEN = 50_000;

  /** The consumer group, behind the topics' prefix. */
  static final String GROUP = "simulated-gateways";

  private static final Logger LOG = LoggerFactory.getLogger(SimulatedGateways.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How many triggers before the committed one are read again for their ids. */
  private static final long LOOK_BACK = 10_000;

  private record Waiting(SimulatedEvent event, Source source, long offset) {}

  /** What is known of one partition of triggers. */
  private static final class Source {
    /** Trigger offsets with answers that wait, and how many. */
    private final TreeMap<Long, Integer> open = new TreeMap<>();

    /** Offsets before this one only tell ids. */
    private long from;

    /** Offsets before this one were read by an earlier start. */
    private long readBefore;

    /** Up to this clock the answers of those are written. */
    private long writtenUpTo;

    /** The next offset; below 0 as long as it is not known where to begin. */
    private long position = -1;
  }

  private final SimulatedCustomer customer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread = new Thread(this::run, "nudge-simulated-gateways");
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean closing;

  // Guarded by this.
  private final Map<TopicPartition, Source> sources = new HashMap<>();
  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>((a, b) -> SimulatedEvent.ORDER.compare(a.event(), b.event()));
  private final Set<String> seen = new LinkedHashSet<>();
  private Map<TopicPartition, OffsetAndMetadata> taken = Map.of();
  private Map<TopicPartition, OffsetAndMetadata> toCommit = Map.of();

  // Of the thread alone.
  private Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
  private long commitDueNanos;

  /** Prepares them; {@link #start()} starts them. */
  SimulatedGateways(KafkaConfig kafka, TopicLayout topics, SimulationConfig config) {
    customer = new SimulatedCustomer(config);
    Properties properties = kafka.toProperties();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics.prefix() + GROUP);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    for (int i = 0; i < topics.partitionsOf(TopicName.TRIGGERS); i++) {
      sources.put(new TopicPartition(topics.nameOf(TopicName.TRIGGERS), i), new Source());
    }
    thread.setDaemon(true);
  }

  /** Starts to read in a thread of its own; to be called once. */
  void start() {
    thread.start();
  }

  /** Completes exceptionally when it can't read any more; never otherwise. */
  CompletableFuture<Void> end() {
    return end.copy();
  }

  /** How many triggers stand before those still to be read, in all partitions. */
  synchronized long position() {
    return sources.values().stream().mapToLong(source -> source.position).sum();
  }

  @Override
  public synchronized List<SimulatedEvent> take(long clockMillis) {
    List<SimulatedEvent> due = new ArrayList<>();
    while (!waiting.isEmpty() && waiting.peek().event().atMillis() <= clockMillis) {
      Waiting next = waiting.poll();
      due.add(next.event());
      // Null removes it: it was the last one of its trigger.
      next.source()
          .open
          .computeIfPresent(next.offset(), (offset, left) -> left == 1 ? null : left - 1);
    }
    Map<TopicPartition, OffsetAndMetadata> standing = new HashMap<>();
    sources.forEach(
        (partition, source) -> {
          // Until all is thought out again that was under way, what the last start left holds.
          if (source.position >= Math.max(0, source.readBefore)) {
            long oldest = source.open.isEmpty() ? source.position : source.open.firstKey();
            standing.put(
                partition,
                new OffsetAndMetadata(oldest, Standing.text(source.position, clockMillis)));
          }
        });
    taken = standing;
    return due;
  }

  @Override
  public synchronized void written() {
    toCommit = taken;
  }

  /** Stops reading; what is due is thought out again at the next start. */
  @Override
  public void close() {
    closing = true;
    try {
      if (thread.isAlive()) {
        thread.join(PATIENCE.toMillis());
      } else {
        consumer.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (consumer) {
      resume();
      while (!closing) {
        boolean full = isFull();
        if (full != !consumer.paused().isEmpty()) {
          pause(full);
        }
        for (ConsumerRecord<byte[], byte[]> trigger : consumer.poll(POLL)) {
          take(trigger);
        }
        if (System.nanoTime() - commitDueNanos >= 0) {
          commit();
          commitDueNanos = System.nanoTime() + COMMIT_NANOS;
        }
      }
      commit();
    } catch (RuntimeException | Error e) {
      end.completeExceptionally(e);
    }
  }

  private void resume() {
    Collection<TopicPartition> partitions = sources.keySet();
    consumer.assign(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, PATIENCE);
    Map<TopicPartition, OffsetAndMetadata> last =
        consumer.committed(Set.copyOf(partitions), PATIENCE);
    synchronized (this) {
      sources.forEach(
          (partition, source) -> {
            long begin = begins.get(partition);
            OffsetAndMetadata standing = last.get(partition);
            if (standing != null) {
              Standing parsed = Standing.parse(standing);
              source.from = standing.offset();
              source.readBefore = parsed.position();
              source.writtenUpTo = parsed.writtenUpTo();
            }
            source.from = Math.max(begin, source.from);
            source.position = source.from;
            consumer.seek(partition, Math.max(begin, source.from - LOOK_BACK));
          });
    }
    commitDueNanos = System.nanoTime();
  }

  private synchronized boolean isFull() {
    return waiting.size() >= MAX_WAITING;
  }

  private void pause(boolean full) {
    if (full) {
      consumer.pause(sources.keySet());
    } else {
      consumer.resume(sources.keySet());
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> kafka) {
    SimulatedTrigger trigger;
    try {
      trigger = SimulatedTrigger.read(kafka.value());
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "{}-{}@{} is passed over: {}",
          kafka.topic(),
          kafka.partition(),
          kafka.offset(),
          e.getMessage());
      trigger = null;
    }
    List<SimulatedEvent> events = trigger == null ? List.of() : customer.answer(trigger);
    synchronized (this) {
      Source source = sources.get(new TopicPartition(kafka.topic(), kafka.partition()));
      source.position = Math.max(source.position, kafka.offset() + 1);
      if (trigger == null || !isNew(trigger.id()) || kafka.offset() < source.from) {
        return;
      }
      long after = kafka.offset() < source.readBefore ? source.writtenUpTo : Long.MIN_VALUE;
      int open = 0;
      for (SimulatedEvent event : events) {
        if (event.atMillis() > after) {
          waiting.add(new Waiting(event, source, kafka.offset()));
          open++;
        }
      }
      if (open > 0) {
        source.open.put(kafka.offset(), open);
      }
    }
  }

  private boolean isNew(String triggerId) {
    if (!seen.add(triggerId)) {
      return false;
    }
    if (seen.size() > MAX_SEEN) {
      var oldest = seen.iterator();
      oldest.next();
      oldest.remove();
    }
    return true;
  }

  private void commit() {
    Map<TopicPartition, OffsetAndMetadata> standing;
    synchronized (this) {
      standing = toCommit;
    }
    if (!standing.equals(committed)) {
      consumer.commitSync(standing, PATIENCE);
      committed = standing;
    }
  }

  /** What stands beside a committed offset. */
  private record Standing(long position, long writtenUpTo) {
    static String text(long position, long writtenUpTo) {
      return position + "," + writtenUpTo;
    }

    static Standing parse(OffsetAndMetadata committed) {
      String[] parts = committed.metadata().split(",", -1);
      return parts.length == 2
          ? new Standing(Long.parseLong(parts[0]), Long.parseLong(parts[1]))
          : new Standing(committed.offset(), Long.MIN_VALUE);
    }
  }
}
