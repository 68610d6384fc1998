package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Erasure;
import dev.nudge.event.Erased;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.kafka.ErasedCustomers;
import dev.nudge.kafka.TopicName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A customer's erasure, from the profile that asks for it to the last row. */
@SuppressWarnings("try") // Flink throws whatever it likes when a job ends.
class ForgottenCustomerIT {
  private static final String PAID =
      """
      {"messageId":"m1","tenant":"acme","customerId":"%s","orderId":"o1","status":"PAID",\
      "timestamp":"%s","currency":"CNY","amount":"%s"}""";

  private static final String ERASED =
      """
      {"messageId":"m2","tenant":"acme","customerId":"anna","timestamp":"2026-01-05T09:20:00Z",\
      "erased":true}""";

  private static final String ROWS =
      "SELECT customer_id, toString(at), `to`, life, order_count FROM nudge.stage_changes FINAL"
          + " ORDER BY customer_id, at";

  @TempDir Path directory;

  @Test
  void stateAndRowsGoAndWhoComesBackIsAStranger() throws Exception {
    try (EngageDeployment engage = EngageDeployment.start(directory, 1)) {
      Configuration ingest = new Configuration();
      ingest.set(IngestConfig.CLOCK, IngestConfig.IdleClock.RECORDS);
      engage.submit(ingest, 2, null);
      send(engage, TopicName.ORDERS, PAID.formatted("anna", "2026-01-05T09:00:00Z", "10"));
      send(engage, TopicName.ORDERS, PAID.formatted("bert", "2026-01-05T09:00:00Z", "10"));
      send(engage, TopicName.ORDERS, PAID.formatted("anna", "2026-01-05T09:01:00Z", "-10"));
      time(engage, "2026-01-05T09:10:00Z");
      String anna = "anna\t2026-01-05 09:00:00.000\tNEW\t1\t1";
      String bert = anna.replace("anna", "bert");
      engage.await(() -> engage.select(ROWS).equals(List.of(anna, bert)));
      engage.await(
          () -> engage.select("SELECT count() FROM nudge.dead_letters").equals(List.of("1")));
      assertThat(ErasedCustomers.read(engage.kafka())).isEmpty();

      send(engage, TopicName.PROFILES, ERASED);
      time(engage, "2026-01-05T09:30:00Z");
      engage.await(
          () -> engage.lastTimes().stream().allMatch(t -> t >= millis("2026-01-05T09:29:00Z")));
      List<Erased> erased = ErasedCustomers.read(engage.kafka());
      assertThat(erased)
          .containsExactly(new Erased("acme", "anna", millis("2026-01-05T09:20:00Z")));
      assertThat(Erasure.delete(engage.clickHouse(), erased))
          .isEqualTo(Map.of("stage_changes", 1L, "dead_letters", 1L));
      assertThat(engage.select(ROWS)).containsExactly(bert);

      // The same order in another message: whoever remembered it would not count it. Ids of
      // messages alone are kept, for 24 hours, lest a copy on its way brings the customer back.
      send(
          engage,
          TopicName.ORDERS,
          PAID.formatted("anna", "2026-01-05T09:40:00Z", "10").replace("m1", "m3"));
      time(engage, "2026-01-05T10:00:00Z");
      String stranger = "anna\t2026-01-05 09:40:00.000\tNEW\t1\t1";
      engage.await(() -> engage.select(ROWS).equals(List.of(stranger, bert)));
      assertThat(Erasure.delete(engage.clickHouse(), ErasedCustomers.read(engage.kafka())))
          .isEmpty();
      assertThat(engage.select(ROWS)).containsExactly(stranger, bert);
    }
  }

  private static long millis(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }

  private static void send(EngageDeployment engage, TopicName topic, String record)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = engage.producer()) {
      producer
          .send(new ProducerRecord<>(engage.topics().nameOf(topic), record.getBytes(UTF_8)))
          .get(1, TimeUnit.MINUTES);
    }
  }

  private static void time(EngageDeployment engage, String instant) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = engage.producer()) {
      for (TopicName topic : TopicName.CUSTOMER_INPUTS) {
        sent.addAll(engage.sendTime(producer, topic, millis(instant)));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(1, TimeUnit.MINUTES);
      }
    }
  }
}
