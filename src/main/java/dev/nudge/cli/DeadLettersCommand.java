package dev.nudge.cli;

import dev.nudge.event.DeadLetterReason;
import dev.nudge.kafka.DeadLetterTopic;
import dev.nudge.kafka.DeadLetterTopic.Letter;
import dev.nudge.kafka.KafkaConfig;
import dev.nudge.kafka.KafkaRefusal;
import java.io.PrintWriter;
import java.time.Instant;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dead-letters}: sends records again that could not be used. */
@Command(
    name = "dead-letters",
    description = "Send records again that could not be used.",
    mixinStandardHelpOptions = true)
final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: replay.");
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description =
          "Send the dead letters of a topic to it again, as they were: when the cause was mended"
              + " elsewhere. What was sent again before, from here or the console, is left out."
              + " Their messageId makes them count once; what is behind the watermark counts as"
              + " late.")
  int replay(@Mixin KafkaOptions kafka, @Mixin Chosen chosen) {
    KafkaConfig config = kafka.config();
    try (DeadLetterTopic topic = new DeadLetterTopic(config)) {
      String name =
          chosen.topic.startsWith(config.topicPrefix())
              ? chosen.topic
              : config.topicPrefix() + chosen.topic;
      if (!topic.isReplayable(name)) {
        throw new ParameterException(
            spec.commandLine(),
            "--topic: found %s, expected profiles, orders, deliveries or clickstream"
                .formatted(chosen.topic));
      }
      Tally tally = new Tally();
      topic.each(chosen.from, chosen.until, letter -> replay(topic, name, letter, chosen, tally));
      out()
          .printf(
              "%,d %s, %,d left out for they were sent again before%n",
              tally.sent, chosen.dryRun ? "would be sent" : "sent", tally.before);
      return 0;
    } catch (KafkaException e) {
      spec.commandLine().getErr().println("Kafka: " + KafkaRefusal.of(e));
      return 1;
    }
  }

  private void replay(
      DeadLetterTopic topic, String name, Letter letter, Chosen chosen, Tally tally) {
    if (!letter.place().topic().equals(name)
        || (chosen.reason != null && !chosen.reason.name().equals(letter.reason()))) {
      return;
    }
    String what = letter.place() + " " + letter.reason() + ": ";
    if (letter.replayed() != null && !chosen.again) {
      tally.before++;
      out()
          .println(
              what
                  + "sent again before, at %s as %s"
                      .formatted(letter.replayed().at(), letter.replayed().as()));
      return;
    }
    tally.sent++;
    out()
        .println(
            what
                + (chosen.dryRun
                    ? letter.message()
                    : "sent as " + topic.replay(letter, letter.raw())));
  }

  /** How many there were. */
  private static final class Tally {
    private long sent;
    private long before;
  }

  /** Which letters, and what is done with them. */
  static final class Chosen {
    @Option(
        names = "--topic",
        paramLabel = "TOPIC",
        required = true,
        description = "Whose: profiles, orders, deliveries or clickstream.")
    private String topic;

    @Option(
        names = "--reason",
        paramLabel = "CODE",
        description = "Only those with this reason: ${COMPLETION-CANDIDATES}.")
    private DeadLetterReason reason;

    @Option(
        names = "--from",
        paramLabel = "ISO",
        converter = InstantConverter.class,
        description = "Only those that were put aside at or after this.")
    private Instant from;

    @Option(
        names = "--until",
        paramLabel = "ISO",
        converter = InstantConverter.class,
        description = "Only those that were put aside before this.")
    private Instant until;

    @Option(names = "--dry-run", description = "Send nothing; tell what would be sent, and why.")
    private boolean dryRun;

    @Option(names = "--again", description = "Also those that were sent again before.")
    private boolean again;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
