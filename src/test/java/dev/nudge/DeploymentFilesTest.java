package dev.nudge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.engage.EngageJob;
import dev.nudge.measure.MeasureJob;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.util.NetUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is handed to the Kubernetes operator says what config.yaml says, in words of Flink. */
class DeploymentFilesTest {
  private static final String ENGAGE = "engage";
  private static final String MEASURE = "measure";

  private static final List<Class<?>> OPTIONS =
      List.of(
          BlobServerOptions.class,
          CheckpointingOptions.class,
          CoreOptions.class,
          ExecutionOptions.class,
          HeartbeatManagerOptions.class,
          HighAvailabilityOptions.class,
          JobManagerOptions.class,
          MetricOptions.class,
          NettyShuffleEnvironmentOptions.class,
          PipelineOptions.class,
          RestOptions.class,
          RestartStrategyOptions.class,
          RocksDBConfigurableOptions.class,
          RocksDBOptions.class,
          SecurityOptions.class,
          StateBackendOptions.class,
          TaskManagerOptions.class,
          WebOptions.class);

  /** Of a reporter by name; what follows it is Flink's and the reporter's. */
  private static final Set<String> OF_THE_REPORTER =
      Set.of(
          "metrics.reporter.prom.factory.class",
          "metrics.reporter.prom.port",
          "metrics.reporter.prom.filterLabelValueCharacters");

  /** The operator's: addresses, memory, parallelism. */
  private static final Set<String> OF_THE_OPERATOR =
      Set.of(
          "jobmanager.rpc.address",
          "jobmanager.rpc.port",
          "jobmanager.bind-host",
          "jobmanager.memory.process.size",
          "taskmanager.bind-host",
          "taskmanager.memory.process.size",
          "rest.address",
          "rest.port",
          "rest.bind-address",
          "parallelism.default");

  private static final Map<String, String> ON_KUBERNETES =
      Map.of(
          "taskmanager.data.bind-port", "6121",
          "taskmanager.rpc.port", "6122",
          "blob.server.port", "6124",
          "metrics.internal.query-service.port", "6125",
          "metrics.reporter.prom.port", "9249",
          "high-availability.type", "kubernetes",
          "high-availability.storageDir", "${NUDGE_CHECKPOINTS}/ha",
          "web.submit.enable", "false");

  @TempDir Path copies;

  @ParameterizedTest
  @ValueSource(strings = {ENGAGE, MEASURE})
  void theSettingsAreThoseOfTheStandaloneCluster(String job) throws IOException {
    Map<String, String> expected =
        new TreeMap<>(GlobalConfiguration.loadConfiguration("flink-conf").toMap());
    expected.keySet().removeAll(OF_THE_OPERATOR);
    expected.putAll(ON_KUBERNETES);

    assertThat(settings(job)).containsExactlyInAnyOrderEntriesOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGAGE, MEASURE})
  void everySettingIsOneOfFlink(String job) throws Exception {
    assertThat(settings(job).keySet()).isSubsetOf(known());
    assertThat(GlobalConfiguration.loadConfiguration("flink-conf").toMap().keySet())
        .isSubsetOf(known());
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGAGE, MEASURE})
  void linesOfChoiceAreOnesOfFlinkToo(String job) throws Exception {
    Path standalone =
        uncommented("config.yaml", "(?m)^#(?=(high-availability|security):|  +[a-z-]+:)");
    Configuration cluster =
        GlobalConfiguration.loadConfiguration(standalone.getParent().toString());
    Map<?, ?> deployment =
        PrometheusNames.yaml(
            uncommented(job + "-deployment.yaml", "(?m)(?<=^    )#(?=security\\.)").toString());
    Map<String, String> pods = settings(deployment);

    assertThat(cluster.toMap().keySet()).isSubsetOf(known());
    assertThat(pods.keySet()).isSubsetOf(known());
    assertThat(cluster.get(HighAvailabilityOptions.HA_MODE)).isEqualTo("zookeeper");
    assertThat(SecurityOptions.isInternalSSLEnabled(cluster)).isTrue();
    assertThat(SecurityOptions.isInternalSSLEnabled(Configuration.fromMap(pods))).isTrue();
    assertThat(ofTls(pods)).isEqualTo(ofTls(cluster.toMap())).hasSize(6);
  }

  /** A copy of the file, where what stands behind some # counts. */
  private Path uncommented(String file, String signs) throws IOException {
    String text = Files.readString(Path.of("flink-conf", file));
    return Files.writeString(copies.resolve(file), text.replaceAll(signs, ""));
  }

  /** The key's place differs: a secret is mounted where the jobs look for theirs. */
  private static Map<String, String> ofTls(Map<String, String> settings) {
    Map<String, String> tls = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith("security.")) {
            tls.put(key, value.replaceAll("^/.*/", ""));
          }
        });
    return tls;
  }

  private static Set<String> known() throws IllegalAccessException {
    Set<String> known = new HashSet<>(OF_THE_REPORTER);
    for (Class<?> options : OPTIONS) {
      for (Field field : options.getFields()) {
        if (Modifier.isStatic(field.getModifiers())
            && field.get(null) instanceof ConfigOption<?> option) {
          known.add(option.key());
          // Not those of former versions.
          for (FallbackKey other : option.fallbackKeys()) {
            if (!other.isDeprecated()) {
              known.add(other.getKey());
            }
          }
        }
      }
    }
    return known;
  }

  @Test
  void processesOfOneMachineFindPortsThatNoneElseHas() throws IOException {
    Map<String, String> cluster = GlobalConfiguration.loadConfiguration("flink-conf").toMap();
    Set<Integer> taken = new HashSet<>(Set.of(6123, 8081));
    for (String key :
        List.of(
            "blob.server.port",
            "taskmanager.rpc.port",
            "taskmanager.data.bind-port",
            "metrics.internal.query-service.port",
            "metrics.reporter.prom.port")) {
      Iterator<Integer> ports = NetUtils.getPortRangeFromString(cluster.get(key));
      int count = 0;
      while (ports.hasNext()) {
        assertThat(taken.add(ports.next())).as(key).isTrue();
        count++;
      }
      assertThat(count).as(key).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void whoIsToBeForgottenIsErasedEveryHour() throws IOException {
    Map<?, ?> job = PrometheusNames.yaml("flink-conf/erase-cronjob.yaml");
    assertThat(job.get("apiVersion")).isEqualTo("batch/v1");
    assertThat(job.get("kind")).isEqualTo("CronJob");
    Map<?, ?> spec = map(job.get("spec"));
    assertThat(spec.get("schedule").toString()).matches("[0-5]?[0-9]( \\*){4}");
    assertThat(spec.get("concurrencyPolicy")).isEqualTo("Forbid");
    Map<?, ?> pod =
        map(map(map(map(spec.get("jobTemplate")).get("spec")).get("template")).get("spec"));
    Map<?, ?> container = map(((List<?>) pod.get("containers")).get(0));
    assertThat(container.get("command"))
        .isEqualTo(List.of("java", "-jar", "/opt/nudge.jar", "erase"));
    String engage = Files.readString(Path.of("flink-conf/engage.properties"));
    List<String> args = ((List<?>) container.get("args")).stream().map(Object::toString).toList();
    assertThat(engage).contains("kafka.bootstrap-servers=" + args.get(args.indexOf("--kafka") + 1));
    assertThat(engage).contains("clickhouse.url=" + args.get(args.indexOf("--clickhouse") + 1));
    assertThat(args).contains("nudge_migrator");
    assertThat(args.stream().filter(arg -> arg.startsWith("/")))
        .allMatch(file -> file.startsWith(mountPath(container)));
  }

  private static String mountPath(Map<?, ?> container) {
    return map(((List<?>) container.get("volumeMounts")).get(0)).get("mountPath") + "/";
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGAGE, MEASURE})
  void theClusterIsAsLargeAsTheStandaloneOne(String job) throws IOException {
    Map<?, ?> spec = map(deployment(job).get("spec"));
    Map<String, String> standalone = GlobalConfiguration.loadConfiguration("flink-conf").toMap();
    Map<?, ?> jobManager = map(map(spec.get("jobManager")).get("resource"));
    Map<?, ?> taskManager = map(map(spec.get("taskManager")).get("resource"));

    assertThat(jobManager.get("memory"))
        .isEqualTo(standalone.get("jobmanager.memory.process.size"));
    assertThat(taskManager.get("memory"))
        .isEqualTo(standalone.get("taskmanager.memory.process.size"));
    assertThat(taskManager.get("cpu").toString())
        .isEqualTo(standalone.get("taskmanager.numberOfTaskSlots"));
    assertThat(map(spec.get("job")).get("parallelism").toString())
        .isEqualTo(standalone.get("parallelism.default"));
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGAGE, MEASURE})
  void theJobIsOursAndFindsItsSettingsAndSecrets(String job) throws Exception {
    Map<?, ?> deployment = deployment(job);
    assertThat(deployment.get("apiVersion")).isEqualTo("flink.apache.org/v1beta1");
    assertThat(deployment.get("kind")).isEqualTo("FlinkDeployment");
    assertThat(map(deployment.get("metadata")).get("name"))
        .isEqualTo(job.equals(ENGAGE) ? EngageJob.NAME : MeasureJob.NAME);
    Map<?, ?> spec = map(deployment.get("spec"));
    Map<?, ?> run = map(spec.get("job"));
    Class<?> main = job.equals(ENGAGE) ? EngageJob.class : MeasureJob.class;
    assertThat(run.get("entryClass")).isEqualTo(main.getName());
    assertThat(run.get("jarURI").toString()).endsWith("/nudge-job.jar");
    assertThat(run.get("args")).isEqualTo(List.of("--config", "/opt/nudge/" + job + ".properties"));
    assertThat(run.get("upgradeMode")).isEqualTo("savepoint");
    assertThat(spec.get("flinkVersion")).isEqualTo("v2_2");

    Map<?, ?> container =
        map(((List<?>) map(map(spec.get("podTemplate")).get("spec")).get("containers")).get(0));
    List<?> mounts =
        ((List<?>) container.get("volumeMounts"))
            .stream().map(mount -> map(mount).get("mountPath")).toList();
    assertThat(mounts).isEqualTo(List.of("/opt/nudge", "/etc/nudge"));
    assertThat(Files.readString(Path.of("flink-conf", job + ".properties")))
        .contains("clickhouse.password-file=/etc/nudge/clickhouse-password");
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGAGE, MEASURE})
  void podsLogAsTheFileSays(String job) throws IOException {
    Object log =
        map(map(deployment(job).get("spec")).get("logConfiguration"))
            .get("log4j-console.properties");

    assertThat(log).isEqualTo(Files.readString(Path.of("flink-conf", "log4j-console.properties")));
  }

  private static Map<String, String> settings(String job) throws IOException {
    return settings(deployment(job));
  }

  private static Map<String, String> settings(Map<?, ?> deployment) {
    Map<String, String> settings = new TreeMap<>();
    map(map(deployment.get("spec")).get("flinkConfiguration"))
        .forEach((key, value) -> settings.put(key.toString(), (String) value));
    return settings;
  }

  private static Map<?, ?> deployment(String job) throws IOException {
    return PrometheusNames.yaml("flink-conf/" + job + "-deployment.yaml");
  }

  private static Map<?, ?> map(Object yaml) {
    return (Map<?, ?>) yaml;
  }
}
