package dev.nudge.cli;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionPublisher;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.definition.DefinitionVersion;
import dev.nudge.definition.Policy;
import dev.nudge.definition.Problem;
import dev.nudge.definition.RuleSource;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.KafkaRefusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;

/**
 * What the commands that check and publish definitions have in common: how they read, write and
 * answer. Each is about definitions of some kinds, and leaves others alone.
 */
final class Publishing {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int REFUSED = 2;

  /** The kind that is a tenant's policy, and its id. */
  static final String POLICY = "policy";

  static final String POLICY_ID = "default";
  static final String CAMPAIGN = "campaign";

  private final PrintWriter out;
  private final PrintWriter err;
  private final Function<KafkaConfig, Deployment> deployments;
  private final Predicate<String> isOurs;
  private final Naming naming;

  /** What the lines of a command call a definition. */
  @FunctionalInterface
  interface Naming {
    /**
     * Names it.
     *
     * @param tenant the brand; null for every tenant
     */
    String of(String tenant, String kind, String id);
  }

  /**
   * The answers of one command.
   *
   * @param deployments how deployments are reached
   * @param isOurs whether a kind is one of those that the command is about
   */
  Publishing(
      CommandLine command,
      Function<KafkaConfig, Deployment> deployments,
      Predicate<String> isOurs,
      Naming naming) {
    this.out = command.getOut();
    this.err = command.getErr();
    this.deployments = deployments;
    this.isOurs = isOurs;
    this.naming = naming;
  }

  /** An action that may find what it is given, or what is published, to be wrong. */
  @FunctionalInterface
  interface Action {
    int run() throws DefinitionException;
  }

  /** Runs an action, and tells what is wrong as sentences. */
  int answering(Action action) {
    try {
      return action.run();
    } catch (DefinitionException refused) {
      err.println(refused.getMessage());
      return REFUSED;
    } catch (KafkaException failure) {
      err.println("Kafka: " + KafkaRefusal.of(failure));
      return FAILED;
    }
  }

  /** Reads files, and tells which can't be read; false if there are any. */
  static boolean read(DefinitionReader reader, List<Path> files, PrintWriter err) {
    boolean allRead = true;
    for (Path file : files) {
      try {
        reader.read(file);
      } catch (NoSuchFileException missing) {
        err.println(file + ": no such file");
        allRead = false;
      } catch (IOException unreadable) {
        err.println(file + ": " + unreadable.getMessage());
        allRead = false;
      }
    }
    return allRead;
  }

  /**
   * Reads files without a deployment, and tells what is wrong with them, or of each definition that
   * it is good.
   *
   * @param more tells more of a rule that is good
   */
  int check(DefinitionReader reader, List<Path> files, Consumer<RuleSource> more) {
    boolean allRead = read(reader, files, err);
    return answering(
        () -> {
          List<Policy> policies = reader.policies();
          List<RuleSource> rules = reader.rules();
          reader.warnings().forEach(err::println);
          if (!allRead) {
            return REFUSED;
          }
          if (isOurs.test(POLICY)) {
            policies.forEach(policy -> tellGood(policy.tenant(), POLICY, POLICY_ID));
          }
          for (RuleSource rule : rules) {
            if (isOurs.test(kind(rule))) {
              tellGood(rule.tenant(), kind(rule), rule.id());
              more.accept(rule);
            }
          }
          return DONE;
        });
  }

  private void tellGood(String tenant, String kind, String id) {
    String name = naming.of(tenant, kind, id);
    out.println(
        name + (tenant == null ? ": good for a rehearsal; to apply it, name a tenant" : ": good"));
  }

  /** Publishes the definitions of files, all or none. */
  int apply(List<Path> files, KafkaOptions kafka, ApplyOptions options) {
    DefinitionReader reader = DefinitionReader.forPublishing(options.tenant());
    boolean allRead = read(reader, files, err);
    return answering(
        () -> {
          boolean policiesAlone = !isOurs.test(CAMPAIGN);
          if (policiesAlone || !allRead) {
            // A policy needs nothing that is published to be judged.
            List<Policy> policies = allRead || policiesAlone ? reader.policies() : List.of();
            if (!allRead) {
              return REFUSED;
            }
            tellLeftOut(reader);
            return apply(deployment(kafka), policies, List.of(), options);
          }
          Deployment deployment = deployment(kafka);
          // Conditions are typed by the policies that are in force there, and campaigns wait for
          // anomalies that are.
          DefinitionPublisher.Published published = deployment.definitions().list();
          reader.know(published.policies());
          reader.knowRules(published.rules());
          List<Policy> policies = isOurs.test(POLICY) ? reader.policies() : List.of();
          List<RuleSource> rules =
              reader.rules().stream().filter(rule -> isOurs.test(kind(rule))).toList();
          reader.warnings().forEach(err::println);
          tellLeftOut(reader);
          return apply(deployment, policies, rules, options);
        });
  }

  /** A file may hold other kinds to be judged by, and who wrote them may think them published. */
  private void tellLeftOut(DefinitionReader reader) throws DefinitionException {
    if (!isOurs.test(POLICY)) {
      reader.policies().forEach(policy -> tellLeftOut(policy.tenant(), POLICY, POLICY_ID));
    }
    for (RuleSource rule : reader.rules()) {
      if (!isOurs.test(kind(rule))) {
        tellLeftOut(rule.tenant(), kind(rule), rule.id());
      }
    }
  }

  private void tellLeftOut(String tenant, String kind, String id) {
    err.println(
        "%s: %s is not published by this command; definitions apply publishes every kind"
            .formatted(tenant, what(kind, id)));
  }

  /**
   * Publishes definitions that are right, all or none. Without {@code --at} they hold from {@link
   * DefinitionPublisher#LEAD} after the deployment's clock on.
   */
  private int apply(
      Deployment deployment, List<Policy> policies, List<RuleSource> rules, ApplyOptions options) {
    Instant effectiveAt = options.at() != null ? options.at() : soon(deployment);
    try {
      tell(deployment.definitions().apply(policies, rules, effectiveAt, options.force()));
      return DONE;
    } catch (DefinitionException refused) {
      err.println(refused.getMessage());
      err.println(
          "What is published already can't be read, or would not fit any more; nothing was written."
              + " --force publishes all the same.");
      return REFUSED;
    }
  }

  /** Publishes one definition anew that is published already, and so fits what is there. */
  int replace(Deployment deployment, List<Policy> policies, List<RuleSource> rules)
      throws DefinitionException {
    tell(deployment.definitions().apply(policies, rules, soon(deployment), false));
    return DONE;
  }

  /** From when what is published now is to hold. */
  static Instant soon(Deployment deployment) {
    return deployment.now().plus(DefinitionPublisher.LEAD);
  }

  /** Tells what became of definitions, a line each. */
  void tell(List<DefinitionPublisher.Applied> applied) {
    for (DefinitionPublisher.Applied each : applied) {
      out.println(line(each.version()) + (each.changed() ? "" : ", unchanged"));
    }
  }

  /** Deletes a definition. */
  int delete(KafkaOptions kafka, String tenant, String kind, String id) {
    return answering(
        () -> {
          boolean deleted = deployment(kafka).definitions().delete(tenant, kind, id);
          out.println(
              deleted
                  ? naming.of(tenant, kind, id) + ": deleted"
                  : tenant + ": has no " + what(kind, id));
          return DONE;
        });
  }

  /** Prints what is published, and what of it can't be read. */
  int list(KafkaOptions kafka, String tenant) {
    return answering(
        () -> {
          DefinitionPublisher.Published published = deployment(kafka).definitions().list();
          published.definitions().stream()
              .filter(version -> isOurs.test(version.kind()))
              .filter(version -> tenant == null || tenant.equals(version.tenant()))
              .map(this::line)
              .forEach(out::println);
          for (Problem problem : published.unreadable()) {
            err.println(problem);
          }
          return published.unreadable().isEmpty() ? DONE : FAILED;
        });
  }

  /** Prints a definition as it is published. */
  int show(KafkaOptions kafka, String tenant, String kind, String id) {
    return answering(
        () -> {
          Optional<DefinitionVersion> found =
              deployment(kafka).definitions().find(tenant, kind, id);
          if (found.isEmpty()) {
            return tellNone(tenant, kind, id);
          }
          out.println("# " + line(found.get()));
          out.println(DefinitionPublisher.text(found.get()));
          return DONE;
        });
  }

  /** Tells that there is no such definition. */
  int tellNone(String tenant, String kind, String id) {
    err.println(tenant + ": has no readable " + what(kind, id));
    return FAILED;
  }

  /** A line about a version. */
  String line(DefinitionVersion version) {
    return "%s: version %d, holds from %s%s"
        .formatted(
            naming.of(version.tenant(), version.kind(), version.id()),
            version.version(),
            Instant.ofEpochMilli(version.effectiveAtMillis()),
            version.isPaused() ? ", paused" : "");
  }

  /** What a definition is called within its tenant. */
  static String what(String kind, String id) {
    return kind.equals(POLICY) ? kind : kind + " " + id;
  }

  Deployment deployment(KafkaOptions kafka) {
    return deployments.apply(kafka.config());
  }

  private static String kind(RuleSource rule) {
    return rule.kind().name().toLowerCase(Locale.ROOT);
  }
}
