-- What Measure writes. Tables hold absolute rows, each by its full identity; of one identity the highest version stands,
-- and it is the number of inputs applied: sent again, or out of order, rows change nothing. Read the views, which have each row once.

CREATE TABLE IF NOT EXISTS nudge.funnel_minute
(
    tenant           LowCardinality(String),
    minute           DateTime('UTC'),
    campaign         LowCardinality(String),
    campaign_version UInt32,
    variant          LowCardinality(String) COMMENT 'CONTROL for who was held back',
    window           UInt64 COMMENT 'how long after the decision it counts, in ms',
    touch            LowCardinality(String) COMMENT 'any, last',
    step             LowCardinality(String),
    currency         LowCardinality(String) COMMENT 'of the amount; empty where there is none',
    grants           Int64 COMMENT 'that reached the step in this minute',
    amount           Decimal(38, 4),
    version          UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(minute)
ORDER BY (tenant, campaign, window, touch, minute, step, campaign_version, variant, currency)
TTL minute + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.funnel AS
SELECT * EXCEPT version FROM nudge.funnel_minute FINAL WHERE grants != 0 OR amount != 0;

-- Who stands behind the numbers of the funnel: the drill-down.
CREATE TABLE IF NOT EXISTS nudge.funnel_steps
(
    tenant           LowCardinality(String),
    campaign         LowCardinality(String),
    campaign_version UInt32,
    variant          LowCardinality(String),
    window           UInt64,
    touch            LowCardinality(String),
    step             LowCardinality(String),
    customer_id      String,
    grant_id         String,
    at               DateTime64(3, 'UTC') COMMENT 'when the grant reached the step',
    currency         LowCardinality(String),
    amount           Decimal(38, 4),
    reached          UInt8 COMMENT '0 where a correction has taken the step back',
    version          UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, campaign, window, touch, step, customer_id, grant_id)
TTL toDateTime(at) + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.funnel_list AS
SELECT * EXCEPT (version, reached) FROM nudge.funnel_steps FINAL WHERE reached = 1;

-- What an hour brought and cost by itself, but for what a campaign costs as a whole; roi_hourly adds up.
CREATE TABLE IF NOT EXISTS nudge.money_hourly
(
    tenant   LowCardinality(String),
    hour     DateTime('UTC'),
    campaign LowCardinality(String),
    basis    LowCardinality(String) COMMENT 'EVENT: the hour it happened; COHORT: the hour of its grant',
    window   UInt64,
    touch    LowCardinality(String),
    currency LowCardinality(String),
    grants   Int64 COMMENT 'sent',
    revenue  Decimal(38, 4) COMMENT 'less refunds',
    cost     Decimal(38, 8),
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, campaign, basis, window, touch, currency, hour)
TTL hour + INTERVAL 800 DAY;

CREATE TABLE IF NOT EXISTS nudge.matured_hourly
(
    tenant           LowCardinality(String),
    hour             DateTime('UTC'),
    campaign         LowCardinality(String),
    window           UInt64,
    made             Int64 COMMENT 'windows that began in this hour, of grants that were sent',
    made_and_matured Int64 COMMENT 'of those the ones that have ended by now',
    matured          Int64 COMMENT 'windows that ended in this hour, its begin apart and its end included',
    version          UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, campaign, window, hour)
TTL hour + INTERVAL 800 DAY;

-- Versions of campaigns that were sent, and what they cost as a whole.
CREATE TABLE IF NOT EXISTS nudge.sent_versions
(
    tenant           LowCardinality(String),
    campaign         LowCardinality(String),
    campaign_version UInt32,
    first_sent       DateTime64(3, 'UTC'),
    windows          Array(UInt64) COMMENT 'ms, the primary one first',
    flat_price       Nullable(Decimal(38, 4)) COMMENT 'of cost model FLAT; null of any other',
    active_from      Nullable(DateTime64(3, 'UTC')),
    active_to        Nullable(DateTime64(3, 'UTC')),
    currency         LowCardinality(String),
    version          UInt64 COMMENT 'the greater the earlier first_sent is'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, campaign, campaign_version);

-- Up to when everything has been counted.
CREATE TABLE IF NOT EXISTS nudge.measured
(
    job     LowCardinality(String),
    until   DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY job;

CREATE TABLE IF NOT EXISTS nudge.orders_hourly
(
    tenant             LowCardinality(String),
    hour               DateTime('UTC'),
    currency           LowCardinality(String),
    segment            LowCardinality(String) COMMENT 'TOTAL, NEW, OLD',
    ordering_customers Int64,
    orders_placed      Int64,
    amount_placed      Decimal(38, 4),
    paying_customers   Int64,
    orders_paid        Int64,
    amount_paid        Decimal(38, 4),
    version            UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, hour, currency, segment)
TTL hour + INTERVAL 800 DAY;

CREATE VIEW IF NOT EXISTS nudge.orders AS
SELECT * EXCEPT version FROM nudge.orders_hourly FINAL WHERE orders_placed != 0 OR orders_paid != 0;

CREATE TABLE IF NOT EXISTS nudge.traffic_minute
(
    tenant              LowCardinality(String),
    minute              DateTime('UTC'),
    source              LowCardinality(String),
    visits              Int64 COMMENT 'that began in this minute',
    visitors            Int64 COMMENT 'distinct in this minute; not to be added over time',
    events              Int64 COMMENT 'of those visits, whenever they happened',
    time_on_site_millis Int64,
    version             UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(minute)
ORDER BY (tenant, minute, source)
TTL minute + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.traffic AS
SELECT * EXCEPT version FROM nudge.traffic_minute FINAL WHERE visits != 0 OR events != 0;

CREATE TABLE IF NOT EXISTS nudge.products_hourly
(
    tenant          LowCardinality(String),
    hour            DateTime('UTC'),
    product_id      String,
    with_product_id String COMMENT 'the product sold together with it; empty: of the product itself',
    currency        LowCardinality(String),
    orders          Int64,
    amount          Decimal(38, 8),
    units           Decimal(38, 4),
    orders_beside   Int64 COMMENT 'that hold another product too',
    carts           Int64,
    wishlists       Int64,
    reviews         Int64,
    ratings         Int64,
    rating_sum      Decimal(38, 4),
    version         UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, with_product_id, hour, product_id, currency)
TTL hour + INTERVAL 800 DAY;

CREATE VIEW IF NOT EXISTS nudge.products AS
SELECT * EXCEPT version FROM nudge.products_hourly FINAL;

CREATE TABLE IF NOT EXISTS nudge.lifecycle_daily
(
    tenant    LowCardinality(String),
    day       Date,
    metric    LowCardinality(String) COMMENT 'FLOW, ACQUIRED, ACTIVATED, FIRST_PAID, RETAINED, ACTIVE, REVENUE, SHARERS, SHARES',
    segment   LowCardinality(String) COMMENT 'of FLOW the stage before; of ACQUIRED, ACTIVATED the source',
    detail    LowCardinality(String) COMMENT 'of FLOW the stage entered; of RETAINED days; of REVENUE the currency',
    customers Int64,
    amount    Decimal(38, 4),
    version   UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(day)
ORDER BY (tenant, metric, day, segment, detail);

CREATE VIEW IF NOT EXISTS nudge.lifecycle AS
SELECT * EXCEPT version FROM nudge.lifecycle_daily FINAL WHERE customers != 0 OR amount != 0;

CREATE TABLE IF NOT EXISTS nudge.repurchase_daily
(
    tenant          LowCardinality(String),
    day             Date,
    bucket          LowCardinality(String) COMMENT 'days, the lower bound included',
    touch           LowCardinality(String) COMMENT 'EVENT, SCHEDULED, NONE',
    intervals       Int64,
    interval_millis Int128,
    version         UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(day)
ORDER BY (tenant, day, bucket, touch);

CREATE VIEW IF NOT EXISTS nudge.repurchases AS
SELECT * EXCEPT version FROM nudge.repurchase_daily FINAL WHERE intervals != 0;

-- Arms of each campaign's experiment, as of the last minute in which something of it changed.
CREATE TABLE IF NOT EXISTS nudge.experiment_arms
(
    tenant                        LowCardinality(String),
    campaign                      LowCardinality(String),
    arm                           LowCardinality(String) COMMENT 'a variant, CONTROL, or SENT: all but control',
    as_of                         DateTime64(3, 'UTC'),
    customers                     Int64,
    expected                      Nullable(Float64),
    conversions                   Int64,
    conversion_rate               Nullable(Float64),
    conversion_lift               Nullable(Float64) COMMENT 'against CONTROL; with its 95 % interval',
    conversion_lift_low           Nullable(Float64),
    conversion_lift_high          Nullable(Float64),
    conversion_relative_lift      Nullable(Float64),
    conversion_relative_lift_low  Nullable(Float64),
    conversion_relative_lift_high Nullable(Float64),
    conversion_p                  Nullable(Float64) COMMENT 'anytime-valid: may be looked at as often as one likes',
    currency                      LowCardinality(String),
    revenue                       Decimal(38, 4),
    cost                          Decimal(38, 4),
    revenue_per_customer          Nullable(Float64),
    revenue_lift                  Nullable(Float64),
    revenue_lift_low              Nullable(Float64),
    revenue_lift_high             Nullable(Float64),
    revenue_relative_lift         Nullable(Float64),
    revenue_relative_lift_low     Nullable(Float64),
    revenue_relative_lift_high    Nullable(Float64),
    revenue_p                     Nullable(Float64),
    sample_ratio_p                Nullable(Float64),
    sample_ratio_mismatch         Bool COMMENT 'customers are not split as declared: trust nothing here',
    enough                        Bool COMMENT 'false: not enough data yet',
    winner                        Bool,
    version                       UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, campaign, arm);

CREATE VIEW IF NOT EXISTS nudge.experiments AS
SELECT * EXCEPT version FROM nudge.experiment_arms FINAL;

CREATE TABLE IF NOT EXISTS nudge.alert_rows
(
    tenant   LowCardinality(String) COMMENT 'empty: of the deployment',
    kind     LowCardinality(String) COMMENT 'BEHIND_TARGET, UNUSUAL_HOUR, SOURCE_SILENT, FAILURE_RATE, UNSUBSCRIBE_RATE, BUDGET_80, BUDGET_100, DEFINITION_QUARANTINED',
    campaign LowCardinality(String) COMMENT 'empty where it is about none',
    subject  String COMMENT 'the channel, topic, hour or definition it is about; else empty',
    at       DateTime64(3, 'UTC') COMMENT 'since when',
    until    Nullable(DateTime64(3, 'UTC')) COMMENT 'when it was over; null while it lasts',
    actual   Float64,
    expected Float64 COMMENT 'the bound that was crossed',
    version  UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, kind, campaign, subject, at)
TTL toDateTime(at) + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.alerts AS
SELECT * EXCEPT version FROM nudge.alert_rows FINAL;
