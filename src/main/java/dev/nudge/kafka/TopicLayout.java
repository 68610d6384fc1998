package dev.nudge.kafka;

import java.util.Map;

/**
 * The topics of a deployment as they stand on the broker.
 *
 * @param prefix what stands before every plain name
 * @param partitions how many partitions each existing topic has
 */
public record TopicLayout(String prefix, Map<TopicName, Integer> partitions) {

  /** Keeps its own copy. */
  public TopicLayout {
    partitions = Map.copyOf(partitions);
  }

  /** The name on the broker. */
  public String nameOf(TopicName topic) {
    return topic.withPrefix(prefix);
  }

  /**
   * How many partitions the topic has.
   *
   * @throws IllegalStateException if the topic does not exist
   */
  public int partitionsOf(TopicName topic) {
    Integer count = partitions.get(topic);
    if (count == null) {
      throw new IllegalStateException("The topic " + nameOf(topic) + " does not exist.");
    }
    return count;
  }
}
