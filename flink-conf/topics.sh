#!/bin/sh
# Makes the topics with Kafka's own tools, where nudge.jar (nudge topics, which does the same and checks what is there) is
# not at hand. Running it again changes nothing but settings that differ.
#   BOOTSTRAP=kafka:9092 PARTITIONS=12 REPLICATION=3 ./topics.sh            with Kafka's bin/ in PATH
#   COMMAND_CONFIG=client.properties ... ./topics.sh                        for TLS, SASL
#   ./topics.sh --print                                                     only says what it would do
set -eu

BOOTSTRAP=${BOOTSTRAP:-localhost:9092}
# Of every topic but the definitions'. No fewer than Engage's cores will ever be: README.md, Sizing. More can be added
# later, but then a customer's records lie in two places and may be read in another order once.
PARTITIONS=${PARTITIONS:-12}
# From three on, two brokers must have a record before it is acknowledged: one may be lost, and one may be away.
REPLICATION=${REPLICATION:-3}
# Stands before every topic's plain name: kafka.topic-prefix.
PREFIX=${PREFIX:-nudge.}

run() {
  if [ "${1:-}" = --print ]; then shift; echo "$@"; else shift; "$@"; fi
}

# topic PLAIN_NAME PARTITIONS SETTING=VALUE...
topic() {
  name=$PREFIX$1 partitions=$2
  shift 2
  all=$(echo "$@" | tr ' ' ',')
  [ "$REPLICATION" -lt 3 ] || all=$all,min.insync.replicas=2
  run "$MODE" kafka-topics.sh --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} \
    --create --if-not-exists --topic "$name" --partitions "$partitions" --replication-factor "$REPLICATION"
  run "$MODE" kafka-configs.sh --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} \
    --alter --entity-type topics --entity-name "$name" --add-config "$all"
}

MODE=${1:---run}

# A shop dates its records itself; when the broker took them tells which lie ahead of the world.
APPEND_TIME=message.timestamp.type=LogAppendTime
# Records over 1 MiB are dead letters; the limit is higher, so that it is not the shop's producer that fails.
LARGE=max.message.bytes=4194304
# How long a job may stand still without losing input: a week, for a long weekend and the days after it.
WEEK="cleanup.policy=delete retention.ms=604800000"

# What the shop and the gateways write. Both jobs read it, so the slower one counts.
topic clickstream "$PARTITIONS" $APPEND_TIME $WEEK $LARGE
topic orders "$PARTITIONS" $APPEND_TIME $WEEK $LARGE
topic profiles "$PARTITIONS" $APPEND_TIME $WEEK $LARGE
topic deliveries "$PARTITIONS" $APPEND_TIME $WEEK $LARGE

# What Engage writes: Measure reads moments and decisions, gateways triggers. They name customers, and are gone in a week.
topic moments "$PARTITIONS" $APPEND_TIME $WEEK $LARGE
topic decisions "$PARTITIONS" $APPEND_TIME $WEEK $LARGE
topic triggers "$PARTITIONS" $APPEND_TIME $WEEK $LARGE

# Records as they came, with headers: the largest of all. A week to find out what is wrong and send them again.
topic dead-letters "$PARTITIONS" $APPEND_TIME $WEEK max.message.bytes=8388608

# Definitions: kept for ever, the newest of each, in one order, so in one partition. The deployment's clock is written there
# every second: small segments that are cleaned early keep reading from the start quick.
KEPT="cleanup.policy=compact segment.ms=600000 min.cleanable.dirty.ratio=0.1"
topic campaigns 1 $APPEND_TIME $KEPT $LARGE
topic policies 1 $APPEND_TIME $KEPT $LARGE
