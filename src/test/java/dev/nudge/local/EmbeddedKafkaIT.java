package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {

  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
  private static final List<String> RECORDS =
      IntStream.range(0, 2_000).mapToObj(i -> "order " + i).toList();

  @TempDir Path directory;

  @Test
  void restartKeepsTopicsAndRecordsAndStrangersAreTurnedAway() throws Exception {
    int port;
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      port = kafka.port();
      createTopic(kafka.config(""));
      send(kafka.config(""), RECORDS);

      assertThatThrownBy(() -> EmbeddedKafka.start(directory, 0))
          .isInstanceOf(BrokerException.DirectoryInUse.class)
          .hasMessageContaining(directory.toString());
      assertThat(kafka.failure()).isNotDone();
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, port)) {
      assertThat(kafka.port()).isEqualTo(port);
      assertThat(values(kafka.config(""))).isEqualTo(RECORDS);
      assertThat(kafka.failure()).isNotDone();
    }
  }

  @Test
  void killedProcessLosesNothingThatWasAcknowledged() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      KafkaConfig config;
      try (BufferedReader said = child.inputReader()) {
        config = new KafkaConfig("127.0.0.1:" + Integer.parseInt(said.readLine()), "", Map.of());
        createTopic(config);
        send(config, RECORDS);
        assertThatThrownBy(() -> EmbeddedKafka.start(directory, 0))
            .isInstanceOf(BrokerException.DirectoryInUse.class);
        child.destroyForcibly();
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      child.destroyForcibly();
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      assertThat(values(kafka.config(""))).isEqualTo(RECORDS);
      send(kafka.config(""), List.of("one more"));
      assertThat(values(kafka.config(""))).hasSize(RECORDS.size() + 1).endsWith("one more");
    }
  }

  @Test
  void takenPortIsNamedAndNothingIsLeftBehind() throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      assertThatThrownBy(() -> EmbeddedKafka.start(directory, taken.getLocalPort()))
          .isInstanceOf(BrokerException.PortInUse.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()))
          .hasMessageContaining("choose another port");
    }
    assertThat(directory.resolve("log")).doesNotExist();
  }

  @Test
  void brokerWhoseDiskIsGoneFailsAndTheProcessLives() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      createTopic(kafka.config(""));
      Files.move(directory.resolve("log"), directory.resolve("gone"));
      try (Admin admin = Admin.create(kafka.config("").toProperties())) {
        // The broker notices when it next makes a directory.
        admin.createTopics(List.of(new NewTopic("another", 1, (short) 1)));
        assertThat(kafka.failure())
            .failsWithin(30, TimeUnit.SECONDS)
            .withThrowableOfType(ExecutionException.class)
            .havingCause()
            .isInstanceOf(BrokerException.class)
            .withMessageContaining("ended itself");
      }
    }
  }

  @Test
  void kafkaMayNotEndTheProcess() {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
      assertThatThrownBy(() -> Exit.exit(3, "an invariant broke"))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("exit 3: an invariant broke");
      assertThat(kafka.failure()).isCompletedExceptionally();
    }
  }

  private static void createTopic(KafkaConfig config) throws Exception {
    try (Admin admin = Admin.create(config.toProperties())) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  /** Returns when the broker has acknowledged all. */
  private static void send(KafkaConfig config, List<String> values) throws Exception {
    Properties properties = config.toProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicName.MAX_MESSAGE_BYTES);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (var sent :
          values.stream()
              .map(value -> producer.send(new ProducerRecord<>(PARTITION.topic(), value)))
              .toList()) {
        sent.get(30, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> values(KafkaConfig config) {
    return Records.of(config, PARTITION).stream().map(Records::text).toList();
  }
}
