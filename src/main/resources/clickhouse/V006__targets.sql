-- How far campaigns are on the way to their targets, at the end of each hour: absolute rows as in V004, read through the view.
CREATE TABLE IF NOT EXISTS nudge.target_hourly
(
    tenant   LowCardinality(String),
    hour     DateTime('UTC'),
    campaign LowCardinality(String),
    metric   LowCardinality(String) COMMENT 'PAID: paid orders; REVENUE: in the policy''s currency, less refunds',
    part     LowCardinality(String) COMMENT 'NONE: the campaign as a whole; WARM_UP, MAIN, AFTER: what happened in that part',
    actual   Decimal(38, 4) COMMENT 'by the end of the hour, last touch, primary window',
    target   Decimal(38, 4) COMMENT 'of a part its share of the campaign''s time',
    pace     Decimal(38, 4) COMMENT 'what an even pace would have reached by then',
    version  UInt64,
    written  DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, campaign, metric, part, hour)
TTL written + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.targets AS
SELECT * EXCEPT version FROM nudge.target_hourly FINAL;
