package dev.nudge.console;

import java.time.Instant;
import java.util.List;

/**
 * How the deployment's ingest is doing, over all tenants. A number is null where its source does
 * not tell.
 *
 * @param eventsPerSecond records that the sources read a second, over the last minute
 * @param accepted events that took effect since the job's start
 * @param late events behind the watermark
 * @param duplicates events whose messageId had been accepted
 * @param lagRecords records in Kafka that the sources have not read
 * @param watermark up to when Detect and Decide have taken everything, by the subtask that is
 *     furthest behind
 * @param watermarkDelayMillis the deployment's clock less the watermark
 * @param deadLetters unusable records, the most frequent reason first
 * @param job null if Flink does not answer or has no such job
 */
record IngestHealth(
    Double eventsPerSecond,
    Long accepted,
    Long late,
    Long duplicates,
    Long lagRecords,
    Instant watermark,
    Long watermarkDelayMillis,
    List<ReasonCount> deadLetters,
    Job job) {

  /** How many records were unusable for one reason. */
  record ReasonCount(String reason, long count) {}

  /**
   * The job.
   *
   * @param state as Flink names it: RUNNING, RESTARTING, …
   * @param restarts since its submission, null if unknown
   * @param lastCheckpointAt when the newest completed checkpoint was complete, null if there is
   *     none
   */
  record Job(String state, Long restarts, Instant lastCheckpointAt) {}
}
