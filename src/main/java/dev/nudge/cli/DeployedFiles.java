package dev.nudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a deployment is made of. */
final class DeployedFiles {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--job",
      paramLabel = "JAR",
      defaultValue = "target/nudge-job.jar",
      description = "The jar that is deployed (default: ${DEFAULT-VALUE}).")
  private Path job;

  @Option(
      names = "--flink-conf",
      paramLabel = "DIR",
      defaultValue = "flink-conf",
      description = "The files of a deployment (default: ${DEFAULT-VALUE}).")
  private Path flinkConf;

  /** The jar, which is there. */
  Path job() {
    if (!Files.isRegularFile(job)) {
      throw refused("--job: found no file " + job + ", expected the jar; mvn package makes it");
    }
    return job;
  }

  /** The folder, which has the files. */
  Path flinkConf() {
    if (!Files.isRegularFile(flinkConf.resolve("config.yaml"))) {
      throw refused("--flink-conf: found no config.yaml in " + flinkConf + ", expected one");
    }
    return flinkConf;
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
