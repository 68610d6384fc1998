package dev.nudge.ingest;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.DeadLetterReason;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionReader;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Moment;
import dev.nudge.event.MomentReader;
import dev.nudge.event.Topic;
import java.io.IOException;

/**
 * Reads what Nudge itself has written: of decisions those that made a grant and those that wait for
 * what comes of an experiment, of moments the changes of stage. All others only have their time.
 */
public final class OwnRecordDecoder {
  private OwnRecordDecoder() {}

  /**
   * Reads a record.
   *
   * @param topic {@link Topic#DECISIONS} or {@link Topic#MOMENTS}
   * @param value the record, UTF-8
   */
  public static Ingested decode(Topic topic, byte[] value, RecordPosition position) {
    try {
      return switch (topic) {
        case DECISIONS -> ingested(DecisionReader.read(value));
        case MOMENTS -> ingested(MomentReader.read(value));
        default -> throw new IllegalArgumentException(topic + " is written by a shop");
      };
    } catch (IOException e) {
      return Ingested.deadLetter(
          new DeadLetter(
              value,
              position.source(),
              position.partition(),
              position.offset(),
              position.appendedAtMillis(),
              DeadLetterReason.FIELD_MISTYPED,
              e.getMessage()));
    }
  }

  private static Ingested ingested(Decision decision) {
    return decision.code().isGrant() || decision.reason() == DeferReason.WAITS_FOR_WINNER
        ? Ingested.event(CustomerEvent.of(decision))
        : Ingested.time(decision.atMillis());
  }

  private static Ingested ingested(Moment moment) {
    return moment.stageChange() != null
        ? Ingested.event(CustomerEvent.of(moment.id(), moment.stageChange()))
        : Ingested.time(moment.atMillis());
  }
}
