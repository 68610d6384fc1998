package dev.nudge.engage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
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
final class StandaloneCluster implements AutoCloseable {
  /**
   * What a distribution has in {@code lib}, by artefact. The job's jar has to bring the rest, so
   * nothing of it may stand here.
   */
  private static final Pattern LIB =
      Pattern.compile(
          "(flink-(?!connector-(?!datagen)).*|snakeyaml-engine|frocksdbjni|kryo|reflectasm|objenesis|minlog|javassist"
              + "|commons-(cli|collections|compress|io|lang3|math3|text)|snappy-java|lz4-java"
              + "|async-profiler|jsr305|slf4j-api|log4j-(api|core|slf4j2-impl))-[0-9][^/]*"
              + "(?<!-tests)\\.jar");

  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final Path directory;
  private final Path conf;
  private final URI rest;
  private final Map<String, String> settings;
  private final Process jobManager;
  private final Map<String, Process> taskManagers = new TreeMap<>();
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();

  private StandaloneCluster(Path directory, Path conf, int restPort, Map<String, String> settings)
      throws IOException {
    this.directory = directory;
    this.conf = conf;
    this.settings = settings;
    this.rest = URI.create("http://127.0.0.1:" + restPort);
    Configuration config = configuration(settings);
    JobManagerProcessSpec spec = JobManagerProcessUtils.processSpecFromConfig(config);
    this.jobManager =
        process(
            "jobmanager",
            StandaloneSessionClusterEntrypoint.class,
            config,
            JobManagerProcessUtils.generateJvmParametersStr(spec, config),
            JobManagerProcessUtils.generateDynamicConfigsStr(spec),
            settings);
  }

  /** Starts the processes and returns at once; {@link #taskManagers()} says who has arrived. */
  static StandaloneCluster start(Path directory, int taskManagers) throws IOException {
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Path shared = Files.createDirectories(directory.resolve("checkpoints"));
    Files.writeString(
        conf.resolve("config.yaml"),
        Files.readString(Path.of("flink-conf/config.yaml"))
            .replace("${NUDGE_JOBMANAGER}", "127.0.0.1")
            .replace("${NUDGE_CHECKPOINTS}", shared.toUri().toString()));
    Files.copy(Path.of("flink-conf/log4j.properties"), conf.resolve("log4j.properties"));
    int rest;
    int rpc;
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket other = new ServerSocket(0, 1, loopback)) {
      rest = one.getLocalPort();
      rpc = other.getLocalPort();
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("rest.port", Integer.toString(rest));
    settings.put("jobmanager.rpc.port", Integer.toString(rpc));
    settings.put("jobmanager.bind-host", "127.0.0.1");
    settings.put("taskmanager.bind-host", "127.0.0.1");
    settings.put("taskmanager.host", "127.0.0.1");
    settings.put("jobmanager.memory.process.size", "1100m");
    settings.put("taskmanager.memory.process.size", "1600m");
    settings.put("io.tmp.dirs", Files.createDirectories(directory.resolve("tmp")).toString());
    // What a deployment waits for, a test need not.
    settings.put("execution.checkpointing.interval", "1 s");
    settings.put("execution.checkpointing.min-pause", "200 ms");
    settings.put("heartbeat.interval", "1 s");
    settings.put("heartbeat.timeout", "10 s");
    StandaloneCluster cluster = new StandaloneCluster(directory, conf, rest, settings);
    try {
      for (int i = 1; i <= taskManagers; i++) {
        cluster.addTaskManager("taskmanager-" + i);
      }
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private void addTaskManager(String name) throws IOException {
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.put("taskmanager.resource-id", name);
    Configuration config = configuration(own);
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(config);
    taskManagers.put(
        name,
        process(
            name,
            TaskManagerRunner.class,
            config,
            ProcessMemoryUtils.generateJvmParametersStr(spec),
            TaskExecutorProcessUtils.generateDynamicConfigsStr(spec),
            own));
  }

  private Configuration configuration(Map<String, String> overruling) {
    return GlobalConfiguration.loadConfiguration(
        conf.toString(), Configuration.fromMap(overruling));
  }

  /** Does what Flink's own start script does. */
  private Process process(
      String name,
      Class<?> main,
      Configuration config,
      String jvmParameters,
      String memory,
      Map<String, String> overruling)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(words(jvmParameters));
    command.addAll(words(config.get(CoreOptions.FLINK_JVM_OPTIONS)));
    command.add("-Dlog.file=" + log(name));
    command.add("-Dlog4j.configurationFile=" + conf.resolve("log4j.properties").toUri());
    command.addAll(List.of("-cp", lib(), main.getName(), "--configDir", conf.toString()));
    command.addAll(words(memory));
    overruling.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve(name + ".out").toFile());
    return builder.start();
  }

  private static List<String> words(String line) {
    return line.isBlank() ? List.of() : List.of(line.trim().split("\\s+"));
  }

  private static String lib() {
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (LIB.matcher(Path.of(entry).getFileName().toString()).matches()) {
        jars.add(entry);
      }
    }
    return String.join(File.pathSeparator, jars);
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /** What the processes have complained of, for a test that fails. */
  String troubles() {
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
  List<String> taskManagers() throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    HttpResponse<String> answer;
    try {
      answer = send(HttpRequest.newBuilder(rest.resolve("/taskmanagers")));
    } catch (IOException e) {
      if (!jobManager.isAlive()) {
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

  /** Kills the process with no chance to say farewell, and waits until it is gone. */
  void kill(String taskManager) throws InterruptedException {
    taskManagers.get(taskManager).destroyForcibly().waitFor();
  }

  /** Uploads a jar; returns what it is called from then on. */
  String upload(Path jar) throws IOException, InterruptedException {
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
  HttpResponse<String> run(String jar, int parallelism, String savepoint, List<String> arguments)
      throws IOException, InterruptedException {
    ObjectNode request = json.createObjectNode();
    request.put("parallelism", parallelism);
    if (savepoint != null) {
      request.put("savepointPath", savepoint);
    }
    arguments.forEach(request.putArray("programArgsList")::add);
    return send(post("/jars/" + jar + "/run", request));
  }

  /** The job that {@link #run} has started. */
  String jobOf(HttpResponse<String> run) throws IOException {
    if (run.statusCode() != 200) {
      throw new IOException("Flink answers " + run.statusCode() + ": " + run.body());
    }
    return json.readTree(run.body()).path("jobid").asText();
  }

  /** Asks for a savepoint after which the job ends; returns where to look for it. */
  String stop(String job) throws IOException, InterruptedException {
    JsonNode answer = answer(post("/jobs/" + job + "/stop", json.createObjectNode()));
    return "/jobs/" + job + "/savepoints/" + answer.path("request-id").asText();
  }

  /** Ends the job, with nothing left of it but its checkpoints. */
  void cancel(String job) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(rest.resolve("/jobs/" + job))
            .method("PATCH", BodyPublishers.noBody()));
  }

  /** What Flink tells at a path. */
  JsonNode get(String path) throws IOException, InterruptedException {
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
    List<Process> all = new ArrayList<>(taskManagers.values());
    all.add(jobManager);
    all.forEach(Process::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }
}
