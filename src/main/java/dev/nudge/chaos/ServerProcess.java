package dev.nudge.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java program in a process of its own, which can be killed, started again as it was, and held
 * still. It ends with its owner, or before.
 */
public final class ServerProcess implements AutoCloseable {
  private static final long SECONDS_TO_SIGNAL = 10;
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private final String name;
  private final Path directory;
  private final Map<String, String> environment;
  private final List<String> command;
  private Process process;

  private ServerProcess(
      String name, Path directory, Map<String, String> environment, List<String> command) {
    this.name = name;
    this.directory = directory;
    this.environment = environment;
    this.command = command;
  }

  /**
   * Starts it and returns at once. What it prints goes to {@code NAME.out} of the folder, behind
   * what an earlier start printed.
   *
   * @param environment variables that it has beside those of this process
   * @param arguments of {@code java}
   * @throws IOException if it can't be started
   */
  static ServerProcess start(
      String name, Path directory, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ServerProcess server = new ServerProcess(name, directory, environment, command);
    server.restart();
    return server;
  }

  /** Kills it with no chance to say farewell ({@code kill -9}), and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it again, by the same command. */
  public void restart() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /**
   * Holds it still, as a machine does that is short of memory ({@code kill -STOP}). Whoever is dead
   * stays so.
   */
  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets it go on. */
  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    if (!process.isAlive()) {
      return;
    }
    Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
    if (!kill.waitFor(SECONDS_TO_SIGNAL, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new IOException("kill " + signal + " of " + name + " failed");
    }
  }

  /** Whether it runs, be it held still. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What all its threads have used since it was started last; zero where nobody tells. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** The memory that it holds, heap and all, bytes; zero where nobody tells. */
  long residentBytes() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    Matcher resident = RESIDENT.matcher(Files.readString(status));
    return resident.find() ? Long.parseLong(resident.group(1)) << 10 : 0;
  }

  /** Where it prints to. */
  Path output() {
    return directory.resolve(name + ".out");
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public String toString() {
    return name;
  }
}
