package dev.nudge.cli;

import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.kafka.DefinitionTopics;
import dev.nudge.kafka.DeploymentClock;
import dev.nudge.kafka.KafkaConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Function;

/** A deployment, as the commands that publish reach it. */
public interface Deployment {
  /** The commands' way from what was given on the command line to a deployment. */
  Function<KafkaConfig, Deployment> ON_KAFKA = OnKafka::new;

  /**
   * What time it is there: a replay's time where one runs or ran, else the wall clock's.
   *
   * @throws org.apache.kafka.common.KafkaException if it can't be asked
   */
  Instant now();

  /** What is published there; it fails with a {@link org.apache.kafka.common.KafkaException}. */
  DefinitionPublisher definitions();

  /** The deployment whose topics these are. */
  record OnKafka(KafkaConfig config) implements Deployment {
    @Override
    public Instant now() {
      return new DeploymentClock(config, Clock.systemUTC()).now();
    }

    @Override
    public DefinitionPublisher definitions() {
      return DefinitionTopics.publisher(config);
    }
  }
}
