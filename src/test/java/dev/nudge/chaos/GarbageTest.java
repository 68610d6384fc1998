package dev.nudge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Topic;
import dev.nudge.ingest.IngestConfig;
import dev.nudge.ingest.Ingested;
import dev.nudge.ingest.RecordDecoder;
import dev.nudge.ingest.RecordPosition;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

/** What is put among the records so that nobody can use it. */
class GarbageTest {
  private static final byte[] RECORD =
      """
      {"messageId":"m1","tenant":"acme","customerId":"anna","orderId":"o1","status":"PAID",\
      "timestamp":"2026-01-05T09:00:00Z","currency":"CNY","amount":100}"""
          .getBytes(UTF_8);

  @Test
  void noneIsOfUseAndEachIsRefusedForItsReason() {
    RecordDecoder decoder = new RecordDecoder(IngestConfig.from(new Configuration()));
    SplittableRandom random = new SplittableRandom(7);
    Set<DeadLetterReason> reasons = EnumSet.noneOf(DeadLetterReason.class);
    for (int i = 0; i < 10_000; i++) {
      for (Topic topic : Topic.CUSTOMER_INPUTS) {
        Garbage one = Garbage.of(topic, RECORD, random);

        Ingested found = decoder.decode(topic, one.value(), RecordPosition.line("f", i));

        assertThat(found.deadLetter()).isNotNull();
        assertThat(found.deadLetter().reason()).isEqualTo(one.reason());
        reasons.add(one.reason());
      }
    }
    assertThat(reasons)
        .containsExactlyInAnyOrder(
            DeadLetterReason.NOT_JSON,
            DeadLetterReason.FIELD_MISSING,
            DeadLetterReason.TIMESTAMP_TOO_EARLY);
  }

  @Test
  void ofALongOneTheTableHasTheBegin() {
    Garbage one = new Garbage(Topic.ORDERS, new byte[5_000], DeadLetterReason.NOT_JSON);

    assertThat(one.onTopic()).isEqualTo("orders NOT_JSON " + "00".repeat(5_000));
    assertThat(one.inTable()).isEqualTo("orders NOT_JSON " + "00".repeat(4_096));
  }
}
