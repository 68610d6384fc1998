package dev.nudge.cli;

import java.time.Instant;
import picocli.CommandLine.Option;

/** How definitions are published. */
final class ApplyOptions {
  @Option(
      names = "--at",
      paramLabel = "ISO",
      converter = InstantConverter.class,
      description =
          "The event time from which it holds, with its offset;"
              + " 3 s after the deployment's clock if not given.")
  private Instant at;

  @Option(
      names = "--tenant",
      paramLabel = "TENANT",
      description = "The tenant of definitions that name none, such as the examples.")
  private String tenant;

  @Option(
      names = "--force",
      description =
          "Write a new version even if the same is published already, or something unreadable.")
  private boolean force;

  /** From when it is to hold; null for soon. */
  Instant at() {
    return at;
  }

  /** Whose definitions without a tenant are; null if each must name its own. */
  String tenant() {
    return tenant;
  }

  boolean force() {
    return force;
  }
}
