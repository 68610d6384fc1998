-- What was unusual in a customer's life. Two of a kind may fall on one instant: the moment's id tells them apart.
CREATE TABLE IF NOT EXISTS nudge.anomalies
(
    tenant      LowCardinality(String),
    customer_id String,
    kind        LowCardinality(String) COMMENT 'SPEND_SPIKE, SLEEP_LINE and so on, or the id of a definition of the tenant',
    at          DateTime64(3, 'UTC'),
    order_id    String COMMENT 'empty where it is about no order',
    value       Nullable(Decimal(38, 4)) COMMENT 'what was found: money, days, milliseconds or a count, as its kind says',
    baseline    Nullable(Decimal(38, 4)) COMMENT 'what it was measured against, in the same unit',
    evidence    String COMMENT 'further numbers, as JSON',
    id          String COMMENT 'the id of its moment',
    version     UInt64 COMMENT 'inputs applied to this customer when the row was made'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, customer_id, at, kind, order_id, id);
