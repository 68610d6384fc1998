package dev.nudge.local;

import dev.nudge.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what stands in a partition. */
final class Records {

  private Records() {}

  /** All records of the partition, from the first to the last there is at the call. */
  static List<ConsumerRecord<byte[], byte[]>> of(KafkaConfig config, TopicPartition partition) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            config.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return of(consumer, partition);
    }
  }

  /** The same with a consumer that is already connected. */
  static List<ConsumerRecord<byte[], byte[]>> of(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
    List<TopicPartition> only = List.of(partition);
    consumer.assign(only);
    consumer.seekToBeginning(only);
    long end = consumer.endOffsets(only).get(partition);
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    while (consumer.position(partition) < end) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Read only " + records.size() + " records of " + partition);
      }
      consumer.poll(Duration.ofMillis(100)).forEach(records::add);
    }
    return records;
  }

  /** The newest record of the partition, null if there is none. */
  static ConsumerRecord<byte[], byte[]> last(KafkaConfig config, TopicPartition partition) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            config.toProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> only = List.of(partition);
      consumer.assign(only);
      long end = consumer.endOffsets(only).get(partition);
      ConsumerRecord<byte[], byte[]> last = null;
      if (end > 0) {
        consumer.seek(partition, end - 1);
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(30))) {
          last = record;
        }
      }
      return last;
    }
  }

  /** A record's value as text. */
  static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }
}
