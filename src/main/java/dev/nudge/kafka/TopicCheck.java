package dev.nudge.kafka;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a look at the broker's topics found.
 *
 * @param layout the topics that exist
 * @param findings what is wrong, empty if Nudge can run
 * @param risks what Nudge can run with, until a broker dies
 */
public record TopicCheck(TopicLayout layout, List<Finding> findings, List<Finding> risks) {

  /** Keeps its own copies. */
  public TopicCheck {
    findings = List.copyOf(findings);
    risks = List.copyOf(risks);
  }

  /**
   * One thing wrong with one topic, or a risk.
   *
   * @param topic its name on the broker
   * @param setting the setting, {@code partitions}, or {@code topic} for one that is missing
   * @param found what the broker says
   * @param expected what Nudge needs
   */
  public record Finding(String topic, String setting, String found, String expected) {
    @Override
    public String toString() {
      return "%s: %s: found %s, expected %s".formatted(topic, setting, found, expected);
    }
  }

  /**
   * The layout, if nothing is wrong.
   *
   * @throws IllegalStateException naming every finding, one a line
   */
  public TopicLayout orThrow() {
    if (!findings.isEmpty()) {
      throw new IllegalStateException(
          findings.stream()
              .map(Finding::toString)
              .collect(
                  Collectors.joining("\n", "Kafka topics are not as Nudge needs them:\n", "")));
    }
    return layout;
  }
}
