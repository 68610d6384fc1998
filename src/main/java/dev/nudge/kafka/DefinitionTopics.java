package dev.nudge.kafka;

import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.KafkaDefinitionLog;
import java.util.Map;
import java.util.TreeMap;

/** The two topics of definitions of a deployment, for whoever publishes there. */
public final class DefinitionTopics {
  private DefinitionTopics() {}

  /** What publishes to them; it fails with a {@link org.apache.kafka.common.KafkaException}. */
  public static DefinitionPublisher publisher(KafkaConfig kafka) {
    return new DefinitionPublisher(log(kafka, TopicName.POLICIES), log(kafka, TopicName.CAMPAIGNS));
  }

  private static KafkaDefinitionLog log(KafkaConfig kafka, TopicName topic) {
    Map<String, Object> clients = new TreeMap<>();
    kafka.toProperties().forEach((key, value) -> clients.put(key.toString(), value));
    return new KafkaDefinitionLog(clients, topic.withPrefix(kafka.topicPrefix()));
  }
}
