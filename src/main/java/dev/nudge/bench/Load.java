package dev.nudge.bench;

import dev.nudge.kafka.KafkaConfig;

/**
 * One stream as it stands in Kafka, on topics of its own.
 *
 * @param name {@code all}, {@code every 10th}, {@code hot}, {@code long}, {@code paced}
 * @param kafka where it stands
 * @param events customers' events
 * @param records those and the time records behind them
 * @param bytes of the events
 * @param customers different customers with an event
 * @param pendingCustomers those of them with an event within the longest window before the end
 * @param lastMillis event time of the last event, epoch milliseconds
 */
record Load(
    String name,
    KafkaConfig kafka,
    long events,
    long records,
    long bytes,
    int customers,
    int pendingCustomers,
    long lastMillis) {}
