package dev.nudge.local;

import dev.nudge.kafka.KafkaConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code nudge.jar} in a process of its own, as a person would start it; ends with the test. */
final class LocalProcess implements AutoCloseable {

  /** The jar that the build packed. */
  private static final String JAR = System.getProperty("nudge.jar");

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> silent;

  private LocalProcess(ProcessBuilder command) throws IOException {
    process = command.redirectErrorStream(true).start();
    silent = CompletableFuture.runAsync(this::listen, task -> new Thread(task, "listen").start());
  }

  /** Any verb. */
  static LocalProcess run(String... verb) throws IOException {
    return new LocalProcess(new ProcessBuilder(command(List.of(verb))));
  }

  /** Local mode on free ports. */
  static LocalProcess local(Path directory, String... options) throws IOException {
    return new LocalProcess(new ProcessBuilder(command(localMode(directory, options))));
  }

  /** Local mode on free ports as the child of a shell, which {@link #kill()} then kills. */
  static LocalProcess localInShell(Path directory, String... options) throws IOException {
    List<String> shell = new ArrayList<>(List.of("sh", "-c", "\"$@\" & wait", "sh"));
    shell.addAll(command(localMode(directory, options)));
    return new LocalProcess(new ProcessBuilder(shell));
  }

  private static List<String> localMode(Path directory, String... options) {
    List<String> verb = new ArrayList<>(List.of("local", "--dir", directory.toString()));
    for (String part : List.of("console", "clickhouse", "kafka", "flink")) {
      String option = "--" + part + "-port";
      if (!Arrays.asList(options).contains(option)) {
        verb.addAll(List.of(option, "0"));
      }
    }
    if (!Arrays.asList(options).contains("--campaigns")) {
      // What nudged customers do would change what real orders say.
      verb.addAll(List.of("--campaigns", "none"));
    }
    verb.addAll(List.of(options));
    return verb;
  }

  private static List<String> command(List<String> verb) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                // Most of them live for less time than the better compiler needs.
                "-XX:TieredStopAtLevel=1",
                "-D" + ChdbLibrary.PROPERTY + "=" + System.getProperty(ChdbLibrary.PROPERTY),
                "-jar",
                JAR));
    command.addAll(verb);
    return command;
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All it has said so far, on both streams. */
  String said() {
    return String.join("\n", said);
  }

  /** Returns when all parts are up. */
  LocalProcess ready() {
    await("ready", () -> said().contains("  Data "));
    return this;
  }

  /** Where the console is, without a slash at its end. */
  URI console() {
    return URI.create(told("Console +(http://[0-9.:]+)"));
  }

  /** Where Kafka is. */
  KafkaConfig kafka() {
    return KafkaConfig.of(told("Kafka +([0-9.:]+)"));
  }

  /** Every port it told. */
  List<Integer> ports() {
    Matcher ports =
        Pattern.compile("^  \\w+ .*?127\\.0\\.0\\.1:(\\d+)", Pattern.MULTILINE).matcher(said());
    return ports.results().map(port -> Integer.valueOf(port.group(1))).toList();
  }

  private String told(String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(said());
    if (!found.find()) {
      throw new AssertionError("It did not say " + pattern + ":\n" + said());
    }
    return found.group(1);
  }

  /** The console's answer. */
  String ask(String path) {
    return get(console() + path);
  }

  /** Where ClickHouse is asked over HTTP. */
  URI clickHouse() {
    return URI.create(told("ClickHouse +(http://[0-9.:]+)"));
  }

  /** ClickHouse's answer. */
  String query(String sql) {
    return get(clickHouse() + "/?query=" + URLEncoder.encode(sql, StandardCharsets.UTF_8)).strip();
  }

  private static String get(String address) {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create(address)).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns when it is so; fails when the process ends before, or after two minutes. */
  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || silent.isDone()) {
        throw new AssertionError("Not " + what + " in time; it said:\n" + said());
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Its exit code, once it has ended by itself. */
  int exitCode() throws Exception {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("It does not end; it said:\n" + said());
    }
    silent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return process.exitValue();
  }

  /** Ends it as Ctrl-C and {@code docker stop} do. */
  void stop() {
    // The handle leaves the streams open: what it says last is heard.
    process.toHandle().destroy();
  }

  /** Ends it as a failure of power would. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /** Completes when it and all its children have closed what they write to: they have ended. */
  CompletableFuture<Void> silent() {
    return silent;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
  }
}
