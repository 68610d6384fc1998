package dev.nudge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topic of dead letters, for somebody who looks at them and sends them again.
 *
 * <p>What was sent again is noted on the same topic, under the letter's key and without a value, so
 * that nobody sends it twice without knowing, whoever did it and from wherever. The letter is sent
 * first and noted then: after a crash in between it may be sent once more, and its {@code
 * messageId} makes it count once.
 *
 * <p>Two people who send the same letter at the same instant both send it. Not thread-safe.
 */
public final class DeadLetterTopic implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(200);
  static final String TOPIC = "nudge-topic";
  static final String PARTITION = "nudge-partition";
  static final String OFFSET = "nudge-offset";
  static final String REASON = "nudge-reason";
  static final String MESSAGE = "nudge-message";
  private static final String REPLAY_OF = "nudge-replay-of";
  private static final String REPLAYED_AS = "nudge-replayed-as";

  private final KafkaConfig config;
  private final String topic;
  private KafkaProducer<byte[], byte[]> producer;

  /**
   * Where a record stands or stood.
   *
   * @param topic the topic's full name
   */
  public record Place(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "/" + partition + "/" + offset;
    }

    /** The place that a text names; empty if it names none. */
    private static Optional<Place> parse(String text) {
      if (text == null || !text.matches("[^/]+/[0-9]{1,9}/[0-9]{1,18}")) {
        return Optional.empty();
      }
      String[] parts = text.split("/", -1);
      return Optional.of(new Place(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2])));
    }
  }

  /**
   * That a letter was sent again.
   *
   * @param at when the broker took it
   * @param as where it stands now
   */
  public record Replayed(Instant at, Place as) {}

  /**
   * A record that could not be used.
   *
   * @param place where it stood
   * @param at when it was put aside
   * @param reason the code of why
   * @param message field, found, expected
   * @param raw its bytes, whole
   * @param replayed that it was sent again; null if nobody did
   */
  public record Letter(
      Place place, Instant at, String reason, String message, byte[] raw, Replayed replayed) {}

  /** The dead letters of a deployment; nothing is opened yet. */
  public DeadLetterTopic(KafkaConfig config) {
    this.config = config;
    topic = TopicName.DEAD_LETTERS.withPrefix(config.topicPrefix());
  }

  /**
   * The topics to which letters can be sent again: those that shops and gateways write. A
   * definition is applied again instead.
   */
  public boolean isReplayable(String name) {
    return TopicName.CUSTOMER_INPUTS.stream()
        .anyMatch(input -> input.withPrefix(config.topicPrefix()).equals(name));
  }

  /**
   * Hands over letters, those of a partition in their order, each place once.
   *
   * @param from put aside at or after this; null from the beginning
   * @param until put aside before this; null to the end
   * @throws KafkaException if the topic does not exist, or the broker hands out nothing of the rest
   *     for a minute
   */
  public void each(Instant from, Instant until, Consumer<Letter> reader) {
    each(from, until, place -> true, reader);
  }

  private void each(Instant from, Instant until, Predicate<Place> wanted, Consumer<Letter> reader) {
    Map<Place, Replayed> replayed = new HashMap<>();
    // Twice: that a letter was sent again stands behind it.
    read(
        from,
        record -> {
          Optional<Place> as = Place.parse(header(record, REPLAYED_AS));
          Optional<Place> place = place(record);
          if (as.isPresent() && place.filter(wanted).isPresent()) {
            replayed.put(
                place.get(), new Replayed(Instant.ofEpochMilli(record.timestamp()), as.get()));
          }
        });
    // After a failure the job may have put the same record aside once more.
    Set<Place> seen = new HashSet<>();
    read(
        from,
        record -> {
          Instant at = Instant.ofEpochMilli(record.timestamp());
          Optional<Place> place = place(record);
          if (place.filter(wanted).isPresent()
              && header(record, REPLAYED_AS) == null
              && (until == null || at.isBefore(until))
              && seen.add(place.get())) {
            reader.accept(
                new Letter(
                    place.get(),
                    at,
                    header(record, REASON),
                    header(record, MESSAGE),
                    record.value() == null ? new byte[0] : record.value(),
                    replayed.get(place.get())));
          }
        });
  }

  /**
   * The letters of these places that are still kept.
   *
   * @param from put aside at or after this
   */
  public Map<Place, Letter> find(Set<Place> places, Instant from) {
    Map<Place, Letter> found = new HashMap<>();
    each(from, null, places::contains, letter -> found.put(letter.place(), letter));
    return found;
  }

  /**
   * Sends a letter to the topic and partition that it came from, and notes that. Its key was not
   * kept: it goes without.
   *
   * @param record what is sent: the letter's bytes, or mended ones
   * @return where it stands now
   * @throws KafkaException if the broker does not take it on all its in-sync replicas
   * @throws IllegalArgumentException if it is none to be sent again
   */
  public Place replay(Letter letter, byte[] record) {
    Place place = letter.place();
    if (!isReplayable(place.topic())) {
      throw new IllegalArgumentException(place + " is on no topic of customers' events");
    }
    ProducerRecord<byte[], byte[]> again =
        new ProducerRecord<>(place.topic(), place.partition(), null, record);
    again.headers().add(REPLAY_OF, place.toString().getBytes(UTF_8));
    Place as = send(again);
    ProducerRecord<byte[], byte[]> note =
        new ProducerRecord<>(topic, place.toString().getBytes(UTF_8), null);
    note.headers()
        .add(TOPIC, place.topic().getBytes(UTF_8))
        .add(PARTITION, Integer.toString(place.partition()).getBytes(UTF_8))
        .add(OFFSET, Long.toString(place.offset()).getBytes(UTF_8))
        .add(REPLAYED_AS, as.toString().getBytes(UTF_8));
    send(note);
    return as;
  }

  private Place send(ProducerRecord<byte[], byte[]> record) {
    if (producer == null) {
      Properties properties = config.toProperties();
      properties.put(ProducerConfig.ACKS_CONFIG, "all");
      properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
      properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicName.MAX_DEAD_LETTER_BYTES);
      producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }
    try {
      RecordMetadata taken = producer.send(record).get();
      return new Place(taken.topic(), taken.partition(), taken.offset());
    } catch (ExecutionException refused) {
      throw new KafkaException(
          "Topic " + record.topic() + " did not take the record", refused.getCause());
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted); // Sets the thread's flag again.
    }
  }

  private void read(Instant from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    Properties properties = config.toProperties();
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // What a job wrote and took back was never there.
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic, PATIENCE).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new UnknownTopicOrPartitionException("Topic " + topic + " does not exist");
      }
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
      seek(consumer, partitions, from, ends);
      long progressed = System.nanoTime();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
        if (System.nanoTime() - progressed > PATIENCE.toNanos()) {
          throw new TimeoutException("Topic " + topic + " could not be read to its end in time");
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(reader);
        if (!records.isEmpty()) {
          progressed = System.nanoTime();
        }
      }
    }
  }

  private static void seek(
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      Instant from,
      Map<TopicPartition, Long> ends) {
    if (from == null) {
      consumer.seekToBeginning(partitions);
      return;
    }
    Map<TopicPartition, Long> wanted = new HashMap<>();
    partitions.forEach(partition -> wanted.put(partition, Math.max(0, from.toEpochMilli())));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted, PATIENCE);
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp at = found.get(partition);
      consumer.seek(partition, at == null ? ends.get(partition) : at.offset());
    }
  }

  /** Where a letter's record stood; empty for a record that is no letter. */
  private static Optional<Place> place(ConsumerRecord<byte[], byte[]> record) {
    return Place.parse(
        header(record, TOPIC) + "/" + header(record, PARTITION) + "/" + header(record, OFFSET));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close();
    }
  }
}
