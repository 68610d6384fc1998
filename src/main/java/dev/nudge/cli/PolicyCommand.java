package dev.nudge.cli;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.KafkaDefinitionLog;
import dev.nudge.definition.Policy;
import dev.nudge.definition.PolicyVersion;
import dev.nudge.definition.Problem;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.TopicName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks, publishes, deletes and lists tenants' policies. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "Check, apply, delete and list the policies of tenants.")
public final class PolicyCommand implements Runnable {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int REFUSED = 2;

  /** Tells the present time of a deployment, which a replay's is not the wall clock's. */
  @FunctionalInterface
  public interface DeploymentTime {
    /**
     * The time now.
     *
     * @throws KafkaException if the deployment can't be asked
     */
    Instant now(KafkaConfig deployment);
  }

  private final DeploymentTime time;
  @Spec private CommandSpec spec;

  /** The command of a deployment whose time is told by the given function. */
  public PolicyCommand(DeploymentTime time) {
    this.time = time;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: check, apply, delete or list.");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Read policy files and tell everything that is wrong with them.")
  int check(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    List<Policy> policies = read(DefinitionReader.forRehearsal(), files);
    if (policies == null) {
      return REFUSED;
    }
    for (Policy policy : policies) {
      out()
          .println(
              policy.tenant() == null
                  ? "every tenant: good for a rehearsal; to apply it, name a tenant"
                  : policy.tenant() + ": good");
    }
    return DONE;
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = "Publish policy files. What is published already is left as it is.")
  int apply(
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files,
      @Mixin KafkaOptions kafka,
      @Option(
              names = "--at",
              paramLabel = "ISO",
              converter = InstantConverter.class,
              description =
                  "The event time from which it holds, with its offset;"
                      + " 3 s after the deployment's clock if not given.")
          Instant at,
      @Option(
              names = "--force",
              description = "Write a new version even if the same is published already.")
          boolean force) {
    List<Policy> policies = read(DefinitionReader.forPublishing(), files);
    if (policies == null) {
      return REFUSED;
    }
    try {
      Instant effectiveAt =
          at != null ? at : time.now(kafka.config()).plus(DefinitionPublisher.LEAD);
      for (Policy policy : policies) {
        DefinitionPublisher.Applied applied =
            publisher(kafka).applyFrom(policy, effectiveAt, force);
        out().println(line(applied.version()) + (applied.changed() ? "" : ", unchanged"));
      }
      return DONE;
    } catch (DefinitionException refused) {
      err().println(refused.getMessage());
      err().println("What is published can't be read; --force writes over it.");
      return REFUSED;
    } catch (KafkaException failure) {
      return failed(failure);
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete a tenant's policy; the defaults hold again.")
  int delete(
      @Option(names = "--tenant", paramLabel = "TENANT", required = true) String tenant,
      @Mixin KafkaOptions kafka) {
    try {
      boolean deleted = publisher(kafka).delete(tenant);
      out().println(tenant + (deleted ? ": deleted" : ": has no policy"));
      return DONE;
    } catch (KafkaException failure) {
      return failed(failure);
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the published policies.")
  int list(@Mixin KafkaOptions kafka) {
    try {
      DefinitionPublisher.Published published = publisher(kafka).list();
      for (PolicyVersion version : published.policies()) {
        out().println(line(version));
      }
      for (Problem problem : published.unreadable()) {
        err().println(problem);
      }
      return published.unreadable().isEmpty() ? DONE : FAILED;
    } catch (KafkaException failure) {
      return failed(failure);
    }
  }

  private List<Policy> read(DefinitionReader reader, List<Path> files) {
    boolean allRead = true;
    for (Path file : files) {
      try {
        reader.read(file);
      } catch (NoSuchFileException missing) {
        err().println(file + ": no such file");
        allRead = false;
      } catch (IOException unreadable) {
        err().println(file + ": " + unreadable.getMessage());
        allRead = false;
      }
    }
    try {
      List<Policy> policies = reader.policies();
      return allRead ? policies : null;
    } catch (DefinitionException refused) {
      err().println(refused.getMessage());
      return null;
    }
  }

  private int failed(KafkaException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    err().println("Kafka: " + failure.getMessage() + (cause == failure ? "" : ": " + cause));
    return FAILED;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private static String line(PolicyVersion version) {
    return "%s: version %d, holds from %s"
        .formatted(
            version.tenant(), version.version(), Instant.ofEpochMilli(version.effectiveAtMillis()));
  }

  private static DefinitionPublisher publisher(KafkaOptions kafka) {
    KafkaConfig config = kafka.config();
    Map<String, Object> clients = new TreeMap<>();
    config.toProperties().forEach((key, value) -> clients.put(key.toString(), value));
    return new DefinitionPublisher(
        new KafkaDefinitionLog(clients, TopicName.POLICIES.withPrefix(config.topicPrefix())));
  }
}
