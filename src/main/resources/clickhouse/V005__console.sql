-- What the console asks of a campaign's decisions: the same rows as decisions, narrow and in another order. What was sent
-- again is the same row here too, for a row's identity is as full: its hash takes the place of customer and id.
CREATE TABLE IF NOT EXISTS nudge.campaign_decisions
(
    tenant      LowCardinality(String),
    campaign    LowCardinality(String),
    at          DateTime64(3, 'UTC'),
    identity    UInt64,
    code        LowCardinality(String),
    reason      LowCardinality(String),
    outcome     LowCardinality(String) COMMENT 'code|reason|campaign: to count by one column takes half as long as by three'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, campaign, at, identity);

CREATE MATERIALIZED VIEW IF NOT EXISTS nudge.campaign_decisions_feed TO nudge.campaign_decisions AS
SELECT tenant, campaign, at, sipHash64(customer_id, id) AS identity, code, reason,
    concat(code, '|', reason, '|', campaign) AS outcome
FROM nudge.decisions;

-- Rows from before; those that came since the line above stand there twice until they are merged, and count once.
INSERT INTO nudge.campaign_decisions
SELECT tenant, campaign, at, sipHash64(customer_id, id), code, reason, concat(code, '|', reason, '|', campaign)
FROM nudge.decisions;
