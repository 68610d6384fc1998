package dev.nudge.chaos;

import java.nio.file.Path;

/** What this build deploys. */
public final class BuiltDeployment {
  private BuiltDeployment() {}

  /** The files that {@code mvn package} has made, and those of this project. */
  public static Deployment files() {
    return new Deployment(
        Path.of(System.getProperty("nudge.job")),
        Path.of("flink-conf"),
        Path.of(System.getProperty("nudge.flink")));
  }
}
