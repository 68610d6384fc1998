package dev.nudge.chaos;

import java.nio.file.Path;

/**
 * What a data team has in hand.
 *
 * @param job the jar that is deployed
 * @param flinkConf the folder with the files of a deployment
 * @param flinkLib the folder with Flink's own jars, as {@code lib} of a distribution
 */
public record Deployment(Path job, Path flinkConf, Path flinkLib) {
  /** Names its files for processes that work in folders of their own. */
  public Deployment {
    job = job.toAbsolutePath();
    flinkConf = flinkConf.toAbsolutePath();
    flinkLib = flinkLib.toAbsolutePath();
  }
}
