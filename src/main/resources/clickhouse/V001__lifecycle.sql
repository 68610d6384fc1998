-- What Engage writes of the lifecycle. Rows are facts with a full identity: sent again, they change nothing.
CREATE TABLE IF NOT EXISTS nudge.stage_changes
(
    tenant      LowCardinality(String),
    customer_id String,
    `from`      LowCardinality(Nullable(String)),
    `to`        LowCardinality(String),
    at          DateTime64(3, 'UTC'),
    life        UInt32,
    order_count UInt32,
    version     UInt64 COMMENT 'inputs applied to this customer when the row was made'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, customer_id, at, life, order_count, `to`);

-- Records that could not be used: where they stood and why. The whole record is in the dead-letters topic.
CREATE TABLE IF NOT EXISTS nudge.dead_letters
(
    topic       LowCardinality(String),
    `partition` Int32,
    `offset`    Int64,
    appended_at DateTime64(3, 'UTC'),
    reason      LowCardinality(String),
    message     String,
    raw         String COMMENT 'the first 4,096 bytes, read as UTF-8',
    raw_bytes   UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, `partition`, `offset`);
