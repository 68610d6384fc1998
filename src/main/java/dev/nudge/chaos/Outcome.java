package dev.nudge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TimeRecord;
import dev.nudge.kafka.TopicLayout;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a run left: the rows of every table, and what stands in the topics that the jobs write.
 *
 * <p>Left out are columns that say how a row came about and not what it says: how many inputs it is
 * made of, when it was written, and where in its topic a record stood.
 */
final class Outcome {
  private static final List<TopicName> TOPICS =
      List.of(TopicName.MOMENTS, TopicName.DECISIONS, TopicName.TRIGGERS);

  private static final String COLUMNS =
      "SELECT table, arrayStringConcat(groupArray(concat('`', name, '`')), ', ')"
          + " FROM (SELECT table, name FROM system.columns WHERE database = 'nudge'"
          + " AND name NOT IN ('version', 'written', 'offset', 'appended_at', 'identity')"
          + " AND table IN (SELECT name FROM system.tables WHERE database = 'nudge'"
          + " AND engine LIKE '%MergeTree' AND name != 'schema_migrations')"
          + " ORDER BY table, position) GROUP BY table ORDER BY table FORMAT TSVRaw";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, List<String>> lines = new TreeMap<>();
  private long copies;

  private Outcome() {}

  /**
   * Reads all of it.
   *
   * @param clickHouse its address over HTTP
   * @throws IOException if it can't be read, or if two records of one id say different things
   */
  static Outcome read(URI clickHouse, KafkaConfig kafka, TopicLayout topics)
      throws IOException, InterruptedException {
    Outcome outcome = new Outcome();
    for (String table : select(clickHouse, COLUMNS)) {
      String[] parts = table.split("\t", -1);
      outcome.lines.put(
          parts[0],
          select(
                  clickHouse,
                  "SELECT " + parts[1] + " FROM nudge." + parts[0] + " FINAL FORMAT JSONEachRow")
              .stream()
              .sorted()
              .toList());
    }
    for (TopicName topic : TOPICS) {
      outcome.readTopic(kafka, topics, topic);
    }
    return outcome;
  }

  static List<String> select(URI clickHouse, String sql) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(clickHouse)
                    .timeout(PATIENCE)
                    .POST(HttpRequest.BodyPublishers.ofString(sql))
                    .build(),
                BodyHandlers.ofString(UTF_8));
    if (answer.statusCode() != 200) {
      throw new IOException("ClickHouse answers " + answer.statusCode() + ": " + answer.body());
    }
    return answer.body().lines().toList();
  }

  private void readTopic(KafkaConfig kafka, TopicLayout topics, TopicName topic)
      throws IOException {
    Properties properties = kafka.toProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    Map<String, String> byId = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 0; i < topics.partitionsOf(topic); i++) {
        partitions.add(new TopicPartition(topics.nameOf(topic), i));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          add(byId, record.value(), topic);
        }
      }
    }
    lines.put("topic " + topic.plainName(), byId.values().stream().sorted().toList());
  }

  private void add(Map<String, String> byId, byte[] value, TopicName topic) throws IOException {
    if (TimeRecord.read(value).isPresent()) {
      return;
    }
    String line = new String(value, UTF_8);
    String id = JSON.readTree(line).path("id").asText();
    String before = byId.put(id, line);
    if (before != null) {
      copies++;
      if (!before.equals(line)) {
        throw new IOException(
            "%s: one id says two things:%n%s%n%s".formatted(topic.plainName(), before, line));
      }
    }
  }

  /** How many lines there are, by table or topic. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new TreeMap<>();
    lines.forEach((name, all) -> sizes.put(name, all.size()));
    return sizes;
  }

  /** How many records stand in a topic more than once, which a reader knows by their ids. */
  long copies() {
    return copies;
  }

  /** What is missing here ({@code -}) and what is too much ({@code +}); empty if nothing is. */
  List<String> differencesFrom(Outcome expected) {
    List<String> differences = new ArrayList<>();
    for (String name : expected.lines.keySet()) {
      differences(name, expected.lines.get(name), "-", this, differences);
    }
    for (String name : lines.keySet()) {
      differences(name, lines.get(name), "+", expected, differences);
    }
    return differences;
  }

  private static void differences(
      String name, List<String> of, String sign, Outcome without, List<String> differences) {
    Map<String, Integer> left = new HashMap<>();
    without.lines.getOrDefault(name, List.of()).forEach(line -> left.merge(line, 1, Integer::sum));
    for (String line : of) {
      if (left.merge(line, -1, Integer::sum) < 0) {
        differences.add(sign + " " + name + " " + line);
      }
    }
  }

  /** The names of tables and topics that a row of {@link #differencesFrom} may begin with. */
  static String nameOf(String difference) {
    String[] words = difference.split(" ", 4);
    return words[1].equals("topic") ? words[1] + " " + words[2] : words[1];
  }

  @Override
  public String toString() {
    return sizes().values().stream().mapToInt(Integer::intValue).sum()
        + " rows of "
        + Arrays.toString(lines.keySet().toArray());
  }
}
