/**
 * Definitions: what marketers write, read strictly, and published for the jobs.
 *
 * <p>In: YAML or JSON files, read by {@link dev.nudge.definition.DefinitionReader}; records of the
 * compacted {@code policies} and {@code campaigns} topics, read by {@link
 * dev.nudge.definition.DefinitionCodec}. Out: public records such as {@link
 * dev.nudge.definition.Policy}, {@link dev.nudge.definition.Campaign} and {@link
 * dev.nudge.definition.RuleSource}, or a {@link dev.nudge.definition.DefinitionException} that
 * lists every problem with file, line and column; and, through {@link
 * dev.nudge.definition.DefinitionPublisher}, new versions on the topics. State: none here; a topic
 * holds the newest version of each definition until a tombstone deletes it. What came of a
 * campaign's experiment, an {@link dev.nudge.definition.ExperimentResult}, travels beside it. Flink
 * CEP's patterns are all of Flink here, and Kafka is in {@link
 * dev.nudge.definition.KafkaDefinitionLog} alone.
 */
package dev.nudge.definition;
