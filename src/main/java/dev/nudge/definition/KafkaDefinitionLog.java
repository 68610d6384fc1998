package dev.nudge.definition;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A compacted Kafka topic of definitions, for the few calls of a person at a console.
 *
 * <p>Each call opens its client and closes it. Two people who publish the same definition at the
 * same instant can give the same version number twice; the later record counts, for everybody.
 */
public final class KafkaDefinitionLog implements DefinitionLog {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Map<String, Object> clients;
  private final String topic;

  /**
   * A log on a topic that exists.
   *
   * @param clients what every Kafka client needs: {@code bootstrap.servers}, security
   * @param topic the topic's full name
   */
  public KafkaDefinitionLog(Map<String, Object> clients, String topic) {
    this.clients = Map.copyOf(clients);
    this.topic = topic;
  }

  /**
   * {@inheritDoc}
   *
   * @throws KafkaException if the topic does not exist, the broker does not answer within 15 s, or
   *     refuses
   */
  @Override
  public Map<String, byte[]> newest() {
    Map<String, Object> config = new HashMap<>(clients);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new UnknownTopicOrPartitionException("Topic " + topic + " does not exist");
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return readTo(consumer.endOffsets(partitions), consumer);
    }
  }

  private Map<String, byte[]> readTo(
      Map<TopicPartition, Long> ends, KafkaConsumer<byte[], byte[]> consumer) {
    Map<String, byte[]> newest = new TreeMap<>();
    long start = System.nanoTime();
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new TimeoutException("Topic " + topic + " could not be read to its end in time");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
          newest.remove(key);
        } else {
          newest.put(key, record.value());
        }
      }
    }
    return newest;
  }

  /**
   * {@inheritDoc}
   *
   * @throws KafkaException if the broker does not take the record on all its in-sync replicas
   */
  @Override
  public void put(String key, byte[] value) {
    Map<String, Object> config = new HashMap<>(clients);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, keyBytes, value)).get();
    } catch (ExecutionException refused) {
      throw new KafkaException("Topic " + topic + " did not take " + key, refused.getCause());
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted); // Sets the thread's flag again.
    }
  }
}
