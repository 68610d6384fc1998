-- What became of each candidate, and why. A row is a fact with a full identity: sent again, it changes nothing.
CREATE TABLE IF NOT EXISTS nudge.decisions
(
    tenant           LowCardinality(String),
    customer_id      String,
    campaign         LowCardinality(String),
    campaign_version UInt32,
    moment           String COMMENT 'the id of the moment that made the candidate',
    due              DateTime64(3, 'UTC'),
    at               DateTime64(3, 'UTC') COMMENT 'the instant of the decision',
    code             LowCardinality(String) COMMENT 'SENT, CONTROL, DEFERRED, or the first check that failed',
    reason           LowCardinality(String) COMMENT 'of DEFERRED: OUTSIDE_SLOT, QUIET_HOURS, WAITS_FOR_WINNER; else empty',
    `values`         String COMMENT 'what the checks read, as JSON',
    winner           LowCardinality(String) COMMENT 'of LOWER_PRIORITY: the campaign that won; else empty',
    variant          LowCardinality(String) COMMENT 'of SENT and CONTROL; else empty',
    channel          LowCardinality(String) COMMENT 'of SENT; else empty',
    amount           Nullable(Decimal(38, 4)) COMMENT 'of the resource granted',
    trigger_id       String COMMENT 'of SENT; else empty',
    grant_id         String COMMENT 'of SENT and CONTROL; else empty',
    id               String
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, customer_id, at, campaign, id);
