package dev.nudge.console;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * One open page: what it watches, what it was sent, and what waits to be sent.
 *
 * <p>A page that reads slowly delays nobody: of each kind of event only the newest waits, so it
 * skips states instead of falling behind, and memory is bounded by one state.
 */
final class Viewer {
  private final String tenant;
  private final Period period;
  private final Question question;
  private final boolean platform;
  private final BiConsumer<String, String> wire;
  private final Executor writers;

  private final Map<String, String> sent = new HashMap<>();
  private final Map<String, String> waiting = new LinkedHashMap<>();
  private boolean writing;

  /**
   * A page.
   *
   * @param question what it asks beside the stages; null if nothing
   * @param platform whether it may see how the deployment as a whole is doing
   * @param wire takes an event's name and its JSON; may block
   * @param writers where the wire is written to, one task at a time for one viewer
   */
  Viewer(
      String tenant,
      Period period,
      Question question,
      boolean platform,
      BiConsumer<String, String> wire,
      Executor writers) {
    this.tenant = tenant;
    this.period = period;
    this.question = question;
    this.platform = platform;
    this.wire = wire;
    this.writers = writers;
  }

  String tenant() {
    return tenant;
  }

  Period period() {
    return period;
  }

  /** What it asks beside the stages; null if nothing. */
  Question question() {
    return question;
  }

  /** Whether it shows stages and their history: the overview does, and who asks nothing else. */
  boolean showsStages() {
    return question == null || question.page() == Question.Page.OVERVIEW;
  }

  /** Whether it may see how the deployment as a whole is doing. */
  boolean showsHealth() {
    return platform;
  }

  /** Sends an event soon, unless the page has just that already. */
  void show(String event, String json) {
    synchronized (this) {
      if (json.equals(sent.get(event))) {
        waiting.remove(event);
        return;
      }
      waiting.put(event, json);
      if (writing) {
        return;
      }
      writing = true;
    }
    writers.execute(this::write);
  }

  private void write() {
    while (true) {
      Map<String, String> batch;
      synchronized (this) {
        if (waiting.isEmpty()) {
          writing = false;
          return;
        }
        batch = new LinkedHashMap<>(waiting);
        sent.putAll(batch);
        waiting.clear();
      }
      batch.forEach(wire);
    }
  }
}
