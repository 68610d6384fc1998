package dev.nudge.bench;

import dev.nudge.event.Topic;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Makes the streams and writes each once to topics of its own. */
final class Loads {
  /** The first visit; in the past, since no record may be dated after its append time. */
  static final long FROM_MILLIS = Instant.parse("2025-01-06T09:00:00Z").toEpochMilli();

  /** Event time that the stream covers: longer than any window, so that windows expire. */
  static final long SPAN_MILLIS = TimeUnit.HOURS.toMillis(4);

  /** Events a second of the paced stream: any variant that is told its latency keeps up. */
  static final int PACED_EVENTS_A_SECOND = 2_000;

  private static final long TIME_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LAST_MATCHES_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String bootstrapServers;
  private final BenchConfig config;

  Loads(String bootstrapServers, BenchConfig config) {
    this.bootstrapServers = bootstrapServers;
    this.config = config;
  }

  /** The whole stream. */
  Load all() throws IOException {
    return write("all", stream(1, 0), 1);
  }

  /** The same events of every n-th customer, for what would take hours on all. */
  Load everyOf(String name, int nth) throws IOException {
    return write(name, stream(1, 0), nth);
  }

  /** As many events, half of them of few customers. */
  Load hot() throws IOException {
    return write("hot", stream(1, config.hot()), 1);
  }

  /** The same shop for so many times as long. */
  Load longer(int times) throws IOException {
    return write("long", stream(times, 0), 1);
  }

  private EventStream stream(int times, int hot) {
    return new EventStream(
        config.seed(),
        config.events() * times,
        config.customers(),
        hot,
        FROM_MILLIS,
        times * SPAN_MILLIS);
  }

  private Load write(String name, EventStream stream, int everyNthCustomer) throws IOException {
    KafkaConfig kafka = LoadWriter.createTopics(bootstrapServers, name);
    Map<Integer, Long> lastByCustomer = new HashMap<>();
    long events = 0;
    long bytes = 0;
    long lastMillis = FROM_MILLIS;
    try (Writer writer = new Writer(kafka)) {
      while (stream.hasNext()) {
        BenchEvent event = stream.next();
        lastMillis = event.atMillis();
        if (event.customer() % everyNthCustomer != 0) {
          continue;
        }
        byte[] json = event.json();
        writer.send(event, json);
        lastByCustomer.put(event.customer(), event.atMillis());
        events++;
        bytes += json.length;
      }
      writer.tellTime(lastMillis + 1);
      writer.flush();
    }
    long pendingSince = lastMillis - BenchPatterns.LONGEST_WINDOW.toMillis();
    int pending = (int) lastByCustomer.values().stream().filter(at -> at > pendingSince).count();
    return new Load(
        name,
        kafka,
        events,
        events + (long) LoadWriter.PARTITIONS * Topic.CUSTOMER_INPUTS.size(),
        bytes,
        lastByCustomer.size(),
        pending,
        lastMillis);
  }

  /** Topics for a stream that {@link #pace} will write. */
  Load paced(String name) {
    return new Load(
        name, LoadWriter.createTopics(bootstrapServers, name), pacedEvents(), 0, 0, 0, 0, 0);
  }

  /** How many events are paced: ten seconds' worth, or all. */
  long pacedEvents() {
    return Math.min(config.events(), 10L * PACED_EVENTS_A_SECOND);
  }

  /**
   * Writes events at an even pace, each dated when it is sent, and time on every partition between
   * them; then time alone until the last match must have come.
   */
  void pace(Load paced) throws IOException {
    EventStream stream = stream(1, 0);
    try (Writer writer = new Writer(paced.kafka())) {
      long started = System.nanoTime();
      long nextTime = started;
      long count = 0;
      long end = Long.MAX_VALUE;
      while (System.nanoTime() < end) {
        long now = System.nanoTime();
        if (now >= nextTime) {
          writer.tellTime(System.currentTimeMillis());
          nextTime = now + TIME_EVERY_NANOS;
        }
        long owed = TimeUnit.NANOSECONDS.toMillis(now - started) * PACED_EVENTS_A_SECOND / 1_000;
        while (count < Math.min(owed, paced.events())) {
          BenchEvent event = stream.next();
          writer.send(event, event.json(System.currentTimeMillis()));
          count++;
        }
        if (count == paced.events() && end == Long.MAX_VALUE) {
          end = now + LAST_MATCHES_NANOS;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  /** Writes events and time. */
  private static final class Writer extends LoadWriter {
    private static final String TIME = "{\"event\":\"$time\",\"timestamp\":%d}";

    private final String prefix;

    Writer(KafkaConfig kafka) {
      super(kafka);
      prefix = kafka.topicPrefix();
    }

    void send(BenchEvent event, byte[] json) {
      byte[] key = event.customerId().getBytes(StandardCharsets.UTF_8);
      send(new ProducerRecord<>(TopicName.of(event.topic()).withPrefix(prefix), key, json));
    }

    /** Says on every partition of every customer topic that it is so late. */
    void tellTime(long atMillis) {
      byte[] json = TIME.formatted(atMillis).getBytes(StandardCharsets.UTF_8);
      for (Topic topic : Topic.CUSTOMER_INPUTS) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          send(new ProducerRecord<>(TopicName.of(topic).withPrefix(prefix), partition, null, json));
        }
      }
    }
  }
}
