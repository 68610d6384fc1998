package dev.nudge.kafka;

import dev.nudge.kafka.TopicCheck.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates a deployment's topics and checks those that are there. */
public final class Topics {

  /** How long a deployment keeps events: a job may stand still for a long weekend and more. */
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(7);

  /** Events are never deleted by age: right for a replay, which may be resumed months later. */
  public static final Duration KEEP_FOR_EVER = Duration.ofMillis(-1);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private Topics() {}

  /** As {@link #create(Admin, String, int, short, Duration)}, with the default retention. */
  public static TopicCheck create(Admin admin, String prefix, int partitions, short replication) {
    return create(admin, prefix, partitions, replication, DEFAULT_RETENTION);
  }

  /**
   * Creates the topics that are missing, leaves the others as they are, and checks all.
   *
   * @param partitions of every topic but campaigns and policies, which have one
   * @param replication copies of each record
   * @param retention how long events are kept; {@link #KEEP_FOR_EVER} for ever
   * @throws KafkaException if the broker refuses or does not answer
   */
  public static TopicCheck create(
      Admin admin, String prefix, int partitions, short replication, Duration retention) {
    Map<TopicName, TopicDescription> existing = describe(admin, prefix);
    List<NewTopic> missing = new ArrayList<>();
    for (TopicName topic : TopicName.values()) {
      if (!existing.containsKey(topic)) {
        missing.add(
            new NewTopic(topic.withPrefix(prefix), topic.partitions(partitions), replication)
                .configs(topic.settings(retention, replication)));
      }
    }
    for (KafkaFuture<Void> created : admin.createTopics(missing).values().values()) {
      try {
        await(created);
      } catch (TopicExistsException e) {
        // Someone else was quicker; the check below judges what they made.
      }
    }
    awaitAll(admin, prefix);
    return check(admin, prefix);
  }

  /**
   * The controller has made the topics before their brokers know of them. A leader that tells its
   * offsets takes records; a producer that comes earlier is refused, and may wait for two minutes.
   * Settings are known last.
   */
  private static void awaitAll(Admin admin, String prefix) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!allAreLed(admin, prefix) && System.nanoTime() - deadline < 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  private static boolean allAreLed(Admin admin, String prefix) {
    Map<TopicName, TopicDescription> existing = describe(admin, prefix);
    if (existing.size() < TopicName.values().length) {
      return false;
    }
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicDescription topic : existing.values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        ends.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
      }
    }
    try {
      await(admin.listOffsets(ends).all());
      return configs(admin, prefix, existing).size() == existing.size();
    } catch (RetriableException e) {
      return false;
    }
  }

  /**
   * As {@link #check(Admin, String)}, for a job that is about to be submitted.
   *
   * @throws KafkaException if the broker refuses or does not answer, naming the key to look at
   */
  public static TopicCheck check(KafkaConfig kafka) {
    try (Admin admin = Admin.create(kafka.toProperties())) {
      return check(admin, kafka.topicPrefix());
    } catch (KafkaException e) {
      throw new KafkaException(
          "Kafka at %s: %s".formatted(kafka.bootstrapServers(), KafkaRefusal.of(e)), e);
    }
  }

  /**
   * Looks whether all topics exist with the settings that Nudge relies on.
   *
   * @throws KafkaException if the broker refuses or does not answer
   */
  public static TopicCheck check(Admin admin, String prefix) {
    Map<TopicName, TopicDescription> existing = describe(admin, prefix);
    Map<TopicName, Config> configs = configs(admin, prefix, existing);
    Map<TopicName, Integer> partitions = new EnumMap<>(TopicName.class);
    List<Finding> findings = new ArrayList<>();
    List<Finding> risks = new ArrayList<>();
    for (TopicName topic : TopicName.values()) {
      String name = topic.withPrefix(prefix);
      TopicDescription description = existing.get(topic);
      Config config = configs.get(topic);
      if (description == null || config == null) {
        findings.add(new Finding(name, "topic", "none", "one with this name"));
        continue;
      }
      int count = description.partitions().size();
      partitions.put(topic, count);
      if (topic.compacted() && count != 1) {
        findings.add(new Finding(name, "partitions", Integer.toString(count), "1"));
      }
      topic
          .required()
          .forEach(
              (setting, expected) -> {
                String found = value(config, setting);
                if (!expected.equals(found)) {
                  findings.add(new Finding(name, setting, found, expected));
                }
              });
      risk(
              name,
              description.partitions().get(0).replicas().size(),
              value(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG))
          .ifPresent(risks::add);
    }
    return new TopicCheck(new TopicLayout(prefix, partitions), findings, risks);
  }

  /** A record of three copies that one broker alone acknowledges is lost with that broker. */
  static Optional<Finding> risk(String topic, int replicas, String minInSyncReplicas) {
    return replicas >= TopicName.REPLICAS_TO_LOSE_ONE && minInSyncReplicas.equals("1")
        ? Optional.of(
            new Finding(
                topic,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                minInSyncReplicas,
                Integer.toString(TopicName.MIN_IN_SYNC_REPLICAS)))
        : Optional.empty();
  }

  private static String value(Config config, String setting) {
    ConfigEntry entry = config.get(setting);
    return entry == null ? "nothing" : entry.value();
  }

  private static Map<TopicName, TopicDescription> describe(Admin admin, String prefix) {
    List<String> names = new ArrayList<>();
    for (TopicName topic : TopicName.values()) {
      names.add(topic.withPrefix(prefix));
    }
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(names).topicNameValues();
    Map<TopicName, TopicDescription> existing = new EnumMap<>(TopicName.class);
    for (TopicName topic : TopicName.values()) {
      try {
        existing.put(topic, await(answers.get(topic.withPrefix(prefix))));
      } catch (UnknownTopicOrPartitionException e) {
        // Not there: what this method's callers are looking for.
      }
    }
    return existing;
  }

  /** Settings by topic; one that went since it was seen has none. */
  private static Map<TopicName, Config> configs(
      Admin admin, String prefix, Map<TopicName, TopicDescription> topics) {
    List<ConfigResource> resources =
        topics.keySet().stream().map(topic -> resource(topic, prefix)).toList();
    Map<ConfigResource, KafkaFuture<Config>> answers = admin.describeConfigs(resources).values();
    Map<TopicName, Config> configs = new EnumMap<>(TopicName.class);
    for (TopicName topic : topics.keySet()) {
      try {
        configs.put(topic, await(answers.get(resource(topic, prefix))));
      } catch (UnknownTopicOrPartitionException e) {
        // As if it had never been seen.
      }
    }
    return configs;
  }

  private static ConfigResource resource(TopicName topic, String prefix) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic.withPrefix(prefix));
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("The broker gave no answer within " + PATIENCE + ".", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
