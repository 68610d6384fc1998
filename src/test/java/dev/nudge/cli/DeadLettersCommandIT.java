package dev.nudge.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.console.ActionsCast;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.kafka.TopicName;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Records that could not be used are sent again, on a real broker. */
class DeadLettersCommandIT {
  @TempDir static Path directory;
  private static ActionsCast cast;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    cast = ActionsCast.start(directory);
  }

  @AfterAll
  static void stop() {
    cast.close();
  }

  @Test
  void lettersOfATopicAreSentAgainOnceAndEachIsTold() throws Exception {
    DeadLetter of17 = ActionsCast.letter(17, DeadLetterReason.TIMESTAMP_TOO_LATE, "{\"a\":1}");
    cast.putAside(
        of17,
        ActionsCast.letter(18, DeadLetterReason.NOT_JSON, "{"),
        of17, // put aside once more after a failure
        new DeadLetter(
            "{}".getBytes(UTF_8),
            "nudge.profiles",
            0,
            5,
            ActionsCast.APPENDED.toEpochMilli(),
            DeadLetterReason.TIMESTAMP_TOO_LATE,
            "timestamp: found tomorrow, expected today"));
    String[] late = {"--topic", "orders", "--reason", "TIMESTAMP_TOO_LATE"};

    assertThat(run(late, "--dry-run")).isZero();
    assertThat(said())
        .containsExactly(
            "nudge.orders/1/17 TIMESTAMP_TOO_LATE: orderId: missing, expected an id",
            "1 would be sent, 0 left out for they were sent again before");
    assertThat(cast.records(TopicName.ORDERS)).isEmpty();
    assertThat(run(late, "--until", "2026-01-01T00:00:00Z")).isZero();
    assertThat(said()).containsExactly("0 sent, 0 left out for they were sent again before");

    assertThat(run(late)).isZero();
    assertThat(said())
        .containsExactly(
            "nudge.orders/1/17 TIMESTAMP_TOO_LATE: sent as nudge.orders/1/0",
            "1 sent, 0 left out for they were sent again before");
    assertThat(run(late, "--from", ActionsCast.APPENDED.toString())).isZero();
    assertThat(said())
        .hasSize(2)
        .element(0)
        .asString()
        .matches("nudge.orders/1/17 .*: sent again before, at .* as nudge.orders/1/0");
    assertThat(run(late, "--again")).isZero();
    assertThat(said()).contains("1 sent, 0 left out for they were sent again before");

    assertThat(cast.records(TopicName.ORDERS))
        .extracting(record -> new String(record.value(), UTF_8))
        .containsExactly("{\"a\":1}", "{\"a\":1}");
    assertThat(cast.records(TopicName.PROFILES)).isEmpty();
    assertThat(
            run(
                new String[] {"--from", Instant.now().plusSeconds(60).toString()},
                "--topic",
                "nudge.orders"))
        .isZero();
    assertThat(said()).containsExactly("0 sent, 0 left out for they were sent again before");
  }

  @Test
  void definitionsAreNotReplayedAndUnknownReasonsAreRefused() {
    assertThat(run(new String[] {"--topic", "campaigns"})).isEqualTo(2);
    assertThat(err.toString())
        .contains("--topic: found campaigns, expected profiles, orders, deliveries or clickstream");
    assertThat(run(new String[] {"--topic", "orders", "--reason", "BAD_LUCK"})).isEqualTo(2);
    assertThat(err.toString()).contains("BAD_LUCK").contains("NOT_JSON");
  }

  private int run(String[] options, String... more) {
    CommandLine command = new CommandLine(new DeadLettersCommand());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    String[] args = new String[3 + options.length + more.length];
    args[0] = "replay";
    args[1] = "--kafka";
    args[2] = cast.kafka().bootstrapServers();
    System.arraycopy(options, 0, args, 3, options.length);
    System.arraycopy(more, 0, args, 3 + options.length, more.length);
    return command.execute(args);
  }

  private List<String> said() {
    List<String> lines = out.toString().lines().toList();
    out.getBuffer().setLength(0);
    return lines;
  }
}
