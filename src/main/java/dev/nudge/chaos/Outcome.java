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
import java.util.HexFormat;
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
 * <p>Left out are when a row was written, and where in its topic a dead letter stood. How many
 * inputs a row is made of is compared where it follows from the log alone: an alert's and a
 * target's say how much had been counted when it was judged, and revenue counts from the minute on
 * that is open when it comes.
 */
final class Outcome {
  private static final List<TopicName> TOPICS =
      List.of(TopicName.MOMENTS, TopicName.DECISIONS, TopicName.TRIGGERS);

  private static final String COLUMNS =
      "SELECT table, arrayStringConcat(groupArray(concat('`', name, '`')), ', ')"
          + " FROM (SELECT table, name FROM system.columns WHERE database = 'nudge'"
          + " AND name != 'written'"
          + " AND NOT (name = 'version' AND table IN ('alert_rows', 'target_hourly'))"
          + " AND table IN (SELECT name FROM system.tables WHERE database = 'nudge'"
          + " AND engine LIKE '%MergeTree'"
          + " AND name NOT IN ('schema_migrations', 'dead_letters'))"
          + " ORDER BY table, position) GROUP BY table ORDER BY table FORMAT TSVRaw";

  private static final String DEAD_LETTERS =
      "SELECT topic, reason, hex(raw) FROM nudge.dead_letters FINAL FORMAT TSVRaw";

  private static final String DEAD_LETTERS_TABLE = "dead_letters";
  private static final String DEAD_LETTERS_TOPIC = "topic dead-letters";

  /** What may have no row after a run without faults, and why. */
  private static final Map<String, String> MAY_BE_EMPTY =
      Map.of(
          DEAD_LETTERS_TABLE, "all records are of use",
          DEAD_LETTERS_TOPIC, "all records are of use");

  /** The header of a dead letter that says why. */
  private static final String REASON = "nudge-reason";

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
    outcome.lines.put(
        DEAD_LETTERS_TABLE,
        select(clickHouse, DEAD_LETTERS).stream()
            .map(line -> line.split("\t", -1))
            .map(
                parts ->
                    Garbage.line(
                        plain(parts[0], topics), parts[1], HexFormat.of().parseHex(parts[2])))
            .sorted()
            .toList());
    for (TopicName topic : TOPICS) {
      Map<String, String> byId = new HashMap<>();
      for (ConsumerRecord<byte[], byte[]> record : read(kafka, topics, topic)) {
        if (TimeRecord.read(record.value()).isEmpty()) {
          String line = new String(record.value(), UTF_8);
          outcome.add(byId, JSON.readTree(line).path("id").asText(), line);
        }
      }
      outcome.lines.put("topic " + topic.plainName(), byId.values().stream().sorted().toList());
    }
    Map<String, String> byPlace = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> letter : read(kafka, topics, TopicName.DEAD_LETTERS)) {
      String place = new String(letter.key(), UTF_8);
      String topic = plain(place.substring(0, place.indexOf('/')), topics);
      String reason = new String(letter.headers().lastHeader(REASON).value(), UTF_8);
      outcome.add(byPlace, place, Garbage.line(topic, reason, letter.value()));
    }
    outcome.lines.put(DEAD_LETTERS_TOPIC, byPlace.values().stream().sorted().toList());
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

  private static String plain(String topic, TopicLayout topics) {
    return topic.substring(topics.prefix().length());
  }

  /** What readers of committed records see. */
  private static List<ConsumerRecord<byte[], byte[]>> read(
      KafkaConfig kafka, TopicLayout topics, TopicName topic) {
    Properties properties = kafka.toProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
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
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
    }
    return all;
  }

  private void add(Map<String, String> byId, String id, String line) throws IOException {
    String before = byId.put(id, line);
    if (before != null) {
      copies++;
      if (!before.equals(line)) {
        throw new IOException("%s: one id says two things:%n%s%n%s".formatted(id, before, line));
      }
    }
  }

  /** How many lines there are, by table or topic. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new TreeMap<>();
    lines.forEach((name, all) -> sizes.put(name, all.size()));
    return sizes;
  }

  /** Tables and topics without a row that should have some: they would be compared in vain. */
  List<String> empty() {
    return lines.keySet().stream()
        .filter(name -> lines.get(name).isEmpty() && !MAY_BE_EMPTY.containsKey(name))
        .toList();
  }

  /** The same, but for dead letters: they are exactly those. */
  Outcome with(List<Garbage> garbage) {
    Outcome other = new Outcome();
    other.lines.putAll(lines);
    other.lines.put(DEAD_LETTERS_TABLE, garbage.stream().map(Garbage::inTable).toList());
    other.lines.put(DEAD_LETTERS_TOPIC, garbage.stream().map(Garbage::onTopic).toList());
    return other;
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

  @Override
  public String toString() {
    return sizes().values().stream().mapToInt(Integer::intValue).sum()
        + " rows of "
        + Arrays.toString(lines.keySet().toArray());
  }
}
