package dev.nudge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script of those who make topics with Kafka's own tools makes those that Nudge would make. */
class TopicsScriptTest {
  private static final Duration WEEK = Duration.ofDays(7);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyTopicIsMadeAsNudgeWouldMakeIt(int replication) throws Exception {
    Map<String, Integer> partitions = new HashMap<>();
    Map<String, Map<String, String>> settings = new HashMap<>();
    for (String line : printed(Map.of("PARTITIONS", "5", "REPLICATION", "" + replication))) {
      String[] words = line.split(" ", -1);
      assertThat(line).contains("--bootstrap-server localhost:9092");
      if (words[0].equals("kafka-topics.sh")) {
        assertThat(line)
            .contains("--create --if-not-exists")
            .endsWith("--replication-factor " + replication);
        partitions.put(after("--topic", words), Integer.parseInt(after("--partitions", words)));
      } else {
        assertThat(words[0]).isEqualTo("kafka-configs.sh");
        Map<String, String> all = new TreeMap<>();
        for (String setting : after("--add-config", words).split(",", -1)) {
          String[] parts = setting.split("=", -1);
          all.put(parts[0], parts[1]);
        }
        settings.put(after("--entity-name", words), all);
      }
    }

    Map<String, Integer> expectedPartitions = new HashMap<>();
    Map<String, Map<String, String>> expectedSettings = new HashMap<>();
    for (TopicName topic : TopicName.values()) {
      expectedPartitions.put(topic.withPrefix("nudge."), topic.partitions(5));
      expectedSettings.put(topic.withPrefix("nudge."), topic.settings(WEEK, replication));
    }
    assertThat(partitions).isEqualTo(expectedPartitions);
    assertThat(settings).isEqualTo(expectedSettings);
  }

  @Test
  void brokersThatAskWhoIsThereAreToldByAFile() throws Exception {
    assertThat(printed(Map.of("COMMAND_CONFIG", "client.properties", "PREFIX", "test.")))
        .allSatisfy(
            line -> assertThat(line).contains("--command-config client.properties", " test."));
  }

  private static String after(String option, String[] words) {
    return words[List.of(words).indexOf(option) + 1];
  }

  private static List<String> printed(Map<String, String> settings) throws Exception {
    ProcessBuilder script =
        new ProcessBuilder("sh", "flink-conf/topics.sh", "--print").redirectErrorStream(true);
    script.environment().putAll(settings);
    Process process = script.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said.lines().toList();
  }
}
