package dev.nudge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * A Flink cluster as it is deployed: JobManager and TaskManagers are processes of their own, with
 * the files of {@code flink-conf}, and see nothing of Nudge but the jar that is uploaded.
 */
public final class StandaloneCluster implements AutoCloseable {
  /** What the JobManager is called. */
  public static final String JOB_MANAGER = "jobmanager";

  /**
   * Less memory than a deployment, none of its waits, and code that is compiled soon, not well: for
   * runs that look at what comes out.
   */
  public static final Map<String, String> IMPATIENT =
      Map.of(
          "jobmanager.memory.process.size", "1100m",
          "taskmanager.memory.process.size", "1600m",
          "execution.checkpointing.interval", "1 s",
          "execution.checkpointing.min-pause", "200 ms",
          "heartbeat.interval", "1 s",
          "heartbeat.timeout", "10 s",
          "env.java.opts.jobmanager", "-XX:TieredStopAtLevel=1",
          "env.java.opts.taskmanager", "-XX:TieredStopAtLevel=1");

  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** Where distributions put it. */
  private static final List<String> JEMALLOC =
      List.of(
          "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
          "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2",
          "/usr/lib64/libjemalloc.so.2");

  private final Path directory;
  private final String classPath;
  private final Path conf;
  private final URI rest;
  private final Map<String, String> settings;
  private final Map<String, ServerProcess> processes = new TreeMap<>();
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();

  private StandaloneCluster(
      Path directory, String classPath, Path conf, int restPort, Map<String, String> settings) {
    this.directory = directory;
    this.classPath = classPath;
    this.conf = conf;
    this.settings = settings;
    this.rest = URI.create("http://127.0.0.1:" + restPort);
  }

  /**
   * Starts the processes and returns at once; {@link #taskManagers()} says who has arrived.
   *
   * @param directory where logs, checkpoints and savepoints go
   * @param deployment whose Flink and files
   * @param taskManagers how many; they are called {@code taskmanager-1} and so on
   * @param overruling settings that differ from those files
   * @throws IOException if a process can't be started or a file not be read
   */
  public static StandaloneCluster start(
      Path directory, Deployment deployment, int taskManagers, Map<String, String> overruling)
      throws IOException {
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Path shared = Files.createDirectories(directory.resolve("checkpoints"));
    Files.writeString(
        conf.resolve("config.yaml"),
        Files.readString(deployment.flinkConf().resolve("config.yaml"))
            .replace("${NUDGE_JOBMANAGER}", "127.0.0.1")
            .replace("${NUDGE_CHECKPOINTS}", shared.toUri().toString()));
    Files.copy(
        deployment.flinkConf().resolve("log4j.properties"), conf.resolve("log4j.properties"));
    List<Integer> ports = FreePorts.of(2);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("rest.port", Integer.toString(ports.get(0)));
    settings.put("jobmanager.rpc.port", Integer.toString(ports.get(1)));
    // The file names ports for firewalls; here clusters share one machine, so each takes what is
    // free.
    settings.put("blob.server.port", "0");
    settings.put("taskmanager.rpc.port", "0");
    settings.put("taskmanager.data.bind-port", "0");
    settings.put("metrics.internal.query-service.port", "0");
    settings.put("jobmanager.bind-host", "127.0.0.1");
    settings.put("taskmanager.bind-host", "127.0.0.1");
    settings.put("taskmanager.host", "127.0.0.1");
    settings.put("io.tmp.dirs", Files.createDirectories(directory.resolve("tmp")).toString());
    settings.putAll(overruling);
    StandaloneCluster cluster =
        new StandaloneCluster(
            directory,
            // As if the jobs' jar were copied into that folder.
            deployment.flinkLib() + "/*" + File.pathSeparator + deployment.job(),
            conf,
            ports.get(0),
            settings);
    try {
      cluster.addJobManager();
      for (int i = 1; i <= taskManagers; i++) {
        cluster.addTaskManager("taskmanager-" + i);
      }
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private void addJobManager() throws IOException {
    Configuration config = configuration(settings);
    JobManagerProcessSpec spec = JobManagerProcessUtils.processSpecFromConfig(config);
    add(
        JOB_MANAGER,
        StandaloneSessionClusterEntrypoint.class,
        config,
        CoreOptions.FLINK_JM_JVM_OPTIONS,
        JobManagerProcessUtils.generateJvmParametersStr(spec, config),
        JobManagerProcessUtils.generateDynamicConfigsStr(spec),
        settings);
  }

  private void addTaskManager(String name) throws IOException {
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.put("taskmanager.resource-id", name);
    Configuration config = configuration(own);
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(config);
    add(
        name,
        TaskManagerRunner.class,
        config,
        CoreOptions.FLINK_TM_JVM_OPTIONS,
        ProcessMemoryUtils.generateJvmParametersStr(spec),
        TaskExecutorProcessUtils.generateDynamicConfigsStr(spec),
        own);
  }

  private Configuration configuration(Map<String, String> overruling) {
    return GlobalConfiguration.loadConfiguration(
        conf.toString(), Configuration.fromMap(overruling));
  }

  /** Does what Flink's own start script does. */
  private void add(
      String name,
      Class<?> main,
      Configuration config,
      ConfigOption<String> jvmOptions,
      String jvmParameters,
      String memory,
      Map<String, String> overruling)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(words(jvmParameters));
    command.addAll(words(config.get(CoreOptions.FLINK_JVM_OPTIONS)));
    command.addAll(words(config.get(jvmOptions)));
    command.add("-Dlog.file=" + directory.resolve(name + ".log"));
    command.add("-Dlog4j.configurationFile=" + conf.resolve("log4j.properties").toUri());
    command.addAll(List.of("-cp", classPath, main.getName(), "--configDir", conf.toString()));
    command.addAll(words(memory));
    overruling.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    Map<String, String> environment =
        jemalloc().map(library -> Map.of("LD_PRELOAD", library.toString())).orElse(Map.of());
    processes.put(name, ServerProcess.start(name, directory, environment, command));
  }

  /**
   * The allocator that Flink's processes get, as in Flink's images: the C library's keeps most of
   * what RocksDB gives back. None if it is not installed.
   */
  public static Optional<Path> jemalloc() {
    return JEMALLOC.stream().map(Path::of).filter(Files::exists).findFirst();
  }

  private static List<String> words(String line) {
    return line.isBlank() ? List.of() : List.of(line.trim().split("\\s+"));
  }

  /** What the processes have complained of, for a run that fails. */
  public String troubles() {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*\\.(log|out)")).sorted().toList()) {
        all.append(file.getFileName()).append('\n');
        Files.readAllLines(file).stream()
            .filter(line -> file.toString().endsWith("out") || line.matches("\\S+ (WARN|ERROR) .*"))
            .forEach(line -> all.append("  ").append(line).append('\n'));
      }
    } catch (IOException e) {
      all.append(e);
    }
    return all.toString();
  }

  /** The names of the TaskManagers that the JobManager knows; none before it answers. */
  public List<String> taskManagers() throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    HttpResponse<String> answer;
    try {
      answer = send(HttpRequest.newBuilder(rest.resolve("/taskmanagers")));
    } catch (IOException e) {
      if (!processes.get(JOB_MANAGER).isAlive()) {
        throw new IOException("the JobManager has died\n" + troubles(), e);
      }
      return names;
    }
    if (answer.statusCode() == 200) {
      json.readTree(answer.body())
          .path("taskmanagers")
          .forEach(t -> names.add(t.path("id").asText()));
    }
    return names;
  }

  /** Whether the JobManager leads; one that does not may well live and answer. */
  boolean leads() throws InterruptedException {
    try {
      return send(HttpRequest.newBuilder(rest.resolve("/overview"))).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** One of its processes. */
  public ServerProcess process(String name) {
    return processes.get(name);
  }

  /** What all its processes have used since each was started last. */
  public Duration processorTime() {
    return processes.values().stream()
        .map(ServerProcess::processorTime)
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** The memory that all its processes hold, heaps and all, bytes. */
  public long residentBytes() throws IOException {
    long bytes = 0;
    for (ServerProcess each : processes.values()) {
      bytes += each.residentBytes();
    }
    return bytes;
  }

  /** Uploads a jar; returns what it is called from then on. */
  public String upload(Path jar) throws IOException, InterruptedException {
    String boundary = "nudge-" + Long.toHexString(System.nanoTime());
    String head =
        """
        --%s\r
        Content-Disposition: form-data; name="jarfile"; filename="%s"\r
        Content-Type: application/x-java-archive\r
        \r
        """
            .formatted(boundary, jar.getFileName());
    BodyPublisher body =
        BodyPublishers.concat(
            BodyPublishers.ofString(head),
            BodyPublishers.ofFile(jar),
            BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
    JsonNode answer =
        answer(
            HttpRequest.newBuilder(rest.resolve("/jars/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(body));
    return Path.of(answer.path("filename").asText()).getFileName().toString();
  }

  /** Asks Flink to run the main method of the jar; the answer may be a refusal. */
  public HttpResponse<String> run(
      String jar, int parallelism, String savepoint, List<String> arguments)
      throws IOException, InterruptedException {
    return run(jar, null, parallelism, savepoint, arguments, Map.of());
  }

  /**
   * The same with another main method.
   *
   * @param main the class, or null for the jar's own
   * @param savepoint what to start from, or null
   * @param overruling settings of this job that differ from the cluster's
   */
  public HttpResponse<String> run(
      String jar,
      String main,
      int parallelism,
      String savepoint,
      List<String> arguments,
      Map<String, String> overruling)
      throws IOException, InterruptedException {
    ObjectNode request = json.createObjectNode();
    request.put("parallelism", parallelism);
    request.put("entryClass", main);
    request.put("savepointPath", savepoint);
    arguments.forEach(request.putArray("programArgsList")::add);
    overruling.forEach(request.putObject("flinkConfiguration")::put);
    return send(post("/jars/" + jar + "/run", request));
  }

  /** The job that {@link #run} has started. */
  public String jobOf(HttpResponse<String> run) throws IOException {
    if (run.statusCode() != 200) {
      throw new IOException("Flink answers " + run.statusCode() + ": " + run.body());
    }
    return json.readTree(run.body()).path("jobid").asText();
  }

  /**
   * Asks for a savepoint after which the job ends; returns where to look for it.
   *
   * @param format canonical, as {@code flink stop -p} writes if not told otherwise, or RocksDB's
   *     own files
   */
  public String stop(String job, SavepointFormatType format)
      throws IOException, InterruptedException {
    ObjectNode request = json.createObjectNode().put("formatType", format.name());
    JsonNode answer = answer(post("/jobs/" + job + "/stop", request));
    return "/jobs/" + job + "/savepoints/" + answer.path("request-id").asText();
  }

  /** Ends the job, with nothing left of it but its checkpoints. */
  public void cancel(String job) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(rest.resolve("/jobs/" + job))
            .method("PATCH", BodyPublishers.noBody()));
  }

  /** What Flink tells at a path. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return answer(HttpRequest.newBuilder(rest.resolve(path)));
  }

  private HttpRequest.Builder post(String path, ObjectNode body) {
    return HttpRequest.newBuilder(rest.resolve(path))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body.toString()));
  }

  private JsonNode answer(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(request);
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(answer.uri() + " answers " + answer.statusCode() + answer.body());
    }
    return json.readTree(answer.body());
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.timeout(ANSWER).build(), BodyHandlers.ofString(UTF_8));
  }

  @Override
  public void close() {
    processes.values().forEach(ServerProcess::close);
  }
}
