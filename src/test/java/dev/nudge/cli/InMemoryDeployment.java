package dev.nudge.cli;

import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.InMemoryDefinitionLog;
import java.time.Instant;

/** A deployment whose topics are in memory and whose clock stands still. */
final class InMemoryDeployment implements Deployment {
  private final InMemoryDefinitionLog policies = new InMemoryDefinitionLog();
  private final InMemoryDefinitionLog rules = new InMemoryDefinitionLog();
  private final Instant now;

  InMemoryDeployment(String now) {
    this.now = Instant.parse(now);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public DefinitionPublisher definitions() {
    return new DefinitionPublisher(policies, rules);
  }

  InMemoryDefinitionLog rules() {
    return rules;
  }
}
