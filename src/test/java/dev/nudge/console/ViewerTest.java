package dev.nudge.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ViewerTest {
  private final Queue<Runnable> writers = new ArrayDeque<>();
  private final List<String> wire = new ArrayList<>();
  private final Viewer viewer =
      new Viewer(
          "acme",
          Period.MONTH,
          null,
          true,
          (event, json) -> wire.add(event + " " + json),
          writers::add);

  @Test
  void unchangedEventIsNotSentAgain() {
    viewer.show("stages", "1");
    write();
    viewer.show("stages", "1");
    write();
    viewer.show("stages", "2");
    write();

    assertThat(wire).containsExactly("stages 1", "stages 2");
  }

  @Test
  void slowPageSkipsWhatIsOutdated() {
    viewer.show("stages", "1");
    viewer.show("clock", "a");
    viewer.show("stages", "2");
    viewer.show("stages", "3");

    assertThat(writers).hasSize(1);
    write();
    assertThat(wire).containsExactly("stages 3", "clock a");
  }

  @Test
  void changeThatWasTakenBackBeforeItWasSentIsNotSent() {
    viewer.show("stages", "1");
    write();
    viewer.show("stages", "2");
    viewer.show("stages", "1");
    write();

    assertThat(wire).containsExactly("stages 1");
  }

  @Test
  void whatComesWhileWritingIsSentByTheSameTask() {
    List<String> seen = new ArrayList<>();
    Viewer[] self = new Viewer[1];
    self[0] =
        new Viewer(
            "acme",
            Period.MONTH,
            null,
            true,
            (event, json) -> {
              seen.add(json);
              if (seen.size() == 1) {
                self[0].show("clock", "b");
              }
            },
            writers::add);
    self[0].show("clock", "a");
    write();

    assertThat(seen).containsExactly("a", "b");
    assertThat(writers).isEmpty();
  }

  private void write() {
    while (!writers.isEmpty()) {
      writers.remove().run();
    }
  }
}
