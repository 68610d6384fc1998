package dev.nudge.bench;

import dev.nudge.event.Topic;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import dev.nudge.kafka.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the streams and writes each once to topics of its own. */
final class Loads {
  /** Partitions of every topic. */
  static final int PARTITIONS = 4;

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
    KafkaConfig kafka = createTopics(name);
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
        events + (long) PARTITIONS * Topic.values().length,
        bytes,
        lastByCustomer.size(),
        pending,
        lastMillis);
  }

  /** Topics for a stream that {@link #pace} will write. */
  Load paced(String name) {
    return new Load(name, createTopics(name), pacedEvents(), 0, 0, 0, 0, 0);
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

  private KafkaConfig createTopics(String name) {
    KafkaConfig kafka = new KafkaConfig(bootstrapServers, name.replace(' ', '-') + ".", Map.of());
    try (Admin admin = Admin.create(kafka.toProperties())) {
      Topics.create(admin, kafka.topicPrefix(), PARTITIONS, (short) 1, Topics.KEEP_FOR_EVER)
          .orThrow();
    }
    return kafka;
  }

  /** One producer: what it sends to a partition stands there in that order. */
  private static final class Writer implements AutoCloseable {
    private static final String TIME = "{\"event\":\"$time\",\"timestamp\":%d}";

    private final KafkaProducer<byte[], byte[]> producer;
    private final String prefix;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    Writer(KafkaConfig kafka) {
      Properties properties = kafka.toProperties();
      properties.put(ProducerConfig.ACKS_CONFIG, "all");
      properties.put(ProducerConfig.LINGER_MS_CONFIG, "1");
      properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
      prefix = kafka.topicPrefix();
      producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void send(BenchEvent event, byte[] json) {
      byte[] key = event.customerId().getBytes(StandardCharsets.UTF_8);
      send(new ProducerRecord<>(TopicName.of(event.topic()).withPrefix(prefix), key, json));
    }

    /** Says on every partition of every customer topic that it is so late. */
    void tellTime(long atMillis) {
      byte[] json = TIME.formatted(atMillis).getBytes(StandardCharsets.UTF_8);
      for (Topic topic : Topic.values()) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          send(new ProducerRecord<>(TopicName.of(topic).withPrefix(prefix), partition, null, json));
        }
      }
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
      var unused =
          producer.send(
              record,
              (sent, failed) -> {
                if (failed != null) {
                  failure.compareAndSet(null, failed);
                }
              });
    }

    void flush() throws IOException {
      producer.flush();
      if (failure.get() != null) {
        throw new IOException("Kafka did not take the events", failure.get());
      }
    }

    @Override
    public void close() {
      producer.close();
    }
  }
}
