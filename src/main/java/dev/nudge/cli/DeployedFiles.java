package dev.nudge.cli;

import dev.nudge.chaos.Deployment;
import java.io.IOException;
import java.nio.file.DirectoryStream;
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

  @Option(
      names = "--flink-lib",
      paramLabel = "DIR",
      defaultValue = "target/flink-lib",
      description = "Flink's own jars, as lib of a distribution (default: ${DEFAULT-VALUE}).")
  private Path flinkLib;

  /** All of it, which is there. */
  Deployment deployment() {
    if (!Files.isRegularFile(job)) {
      throw refused("--job: found no file " + job + ", expected the jar; mvn package makes it");
    }
    if (!Files.isRegularFile(flinkConf.resolve("config.yaml"))) {
      throw refused("--flink-conf: found no config.yaml in " + flinkConf + ", expected one");
    }
    if (!hasFlink(flinkLib)) {
      throw refused(
          "--flink-lib: found no flink-*.jar in %s, expected Flink's jars; mvn package makes it"
              .formatted(flinkLib));
    }
    return new Deployment(job, flinkConf, flinkLib);
  }

  private static boolean hasFlink(Path lib) {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "flink-*.jar")) {
      return jars.iterator().hasNext();
    } catch (IOException e) {
      return false;
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
