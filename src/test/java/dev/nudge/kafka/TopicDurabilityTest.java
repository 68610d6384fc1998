package dev.nudge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.kafka.TopicCheck.Finding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a record that was acknowledged survives. */
class TopicDurabilityTest {
  private static final String SETTING = "min.insync.replicas";

  @ParameterizedTest
  @EnumSource(TopicName.class)
  void ofThreeCopiesTwoAreThereBeforeARecordIsAcknowledged(TopicName topic) {
    assertThat(topic.settings(Topics.DEFAULT_RETENTION, 3)).containsEntry(SETTING, "2");
    assertThat(topic.settings(Topics.DEFAULT_RETENTION, 5)).containsEntry(SETTING, "2");
  }

  @ParameterizedTest
  @EnumSource(TopicName.class)
  void ofFewerCopiesNoneHasToBeThereBesideTheLeader(TopicName topic) {
    assertThat(topic.settings(Topics.DEFAULT_RETENTION, 1)).doesNotContainKey(SETTING);
    assertThat(topic.settings(Topics.DEFAULT_RETENTION, 2)).doesNotContainKey(SETTING);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "2, 2", "3, 2", "3, 3"})
  void nothingIsSaidWhereTwoMustHaveARecordOrCopiesAreTooFew(int replicas, String minInSync) {
    assertThat(Topics.risk("orders", replicas, minInSync)).isEmpty();
  }

  @Test
  void threeCopiesThatOneBrokerAcknowledgesAreARiskButNoReasonNotToRun() {
    Finding risk = Topics.risk("orders", 3, "1").orElseThrow();
    TopicLayout layout = new TopicLayout("nudge.", Map.of(TopicName.ORDERS, 12));

    assertThat(risk).hasToString("orders: min.insync.replicas: found 1, expected 2");
    assertThat(new TopicCheck(layout, List.of(), List.of(risk)).orThrow()).isEqualTo(layout);
  }
}
