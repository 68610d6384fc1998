-- What Measure writes. Tables hold absolute rows, each by its full identity; of one identity the highest version stands,
-- and it is the number of inputs applied: sent again, or out of order, rows change nothing. Read the views, which have each row once.
-- How long a row is kept goes by when it was written, not by its own time: a replay of the past is kept as long as the present.

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
    version          UInt64,
    written          DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(minute)
ORDER BY (tenant, campaign, window, touch, minute, step, campaign_version, variant, currency)
TTL written + INTERVAL 400 DAY;

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
    version          UInt64,
    written          DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, campaign, window, touch, step, customer_id, grant_id)
TTL written + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.funnel_list AS
SELECT * EXCEPT (version, reached) FROM nudge.funnel_steps FINAL WHERE reached = 1;

-- Each grant once, for what is asked of customers and not of steps.
CREATE TABLE IF NOT EXISTS nudge.grant_rows
(
    tenant           LowCardinality(String),
    campaign         LowCardinality(String),
    campaign_version UInt32,
    variant          LowCardinality(String) COMMENT 'CONTROL: held back',
    customer_id      String,
    grant_id         String,
    at               DateTime64(3, 'UTC') COMMENT 'of the decision',
    primary_window   UInt64 COMMENT 'milliseconds',
    attributes       Map(LowCardinality(String), String) COMMENT 'declared ones of the customer, as of the decision',
    version          UInt64,
    written          DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, campaign, customer_id, grant_id)
TTL written + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.grants AS
SELECT * EXCEPT version FROM nudge.grant_rows FINAL;

-- Customers that a campaign was sent to, by the hour of its first grant of them, and how many of them took part, by the hour they first did:
-- clicked, claimed or ordered in the primary window, by any touch. By each attribute and value; both empty: all of them. Ask for one tenant
-- and campaign.
CREATE VIEW IF NOT EXISTS nudge.participants_hourly AS
SELECT tenant, campaign, hour, pair.1 AS attribute, pair.2 AS value, sum(sent) AS targeted, sum(took_part) AS participants
FROM
(
    SELECT tenant, campaign, toStartOfHour(min(at)) AS hour, argMin(attributes, (at, grant_id)) AS attributes, 1 AS sent, 0 AS took_part
    FROM nudge.grants
    WHERE variant != 'CONTROL'
    GROUP BY tenant, campaign, customer_id
    UNION ALL
    SELECT s.tenant, s.campaign, toStartOfHour(min(s.at)) AS hour, argMin(g.attributes, (s.at, s.grant_id)) AS attributes, 0 AS sent, 1 AS took_part
    FROM nudge.funnel_list AS s
    INNER JOIN nudge.grants AS g ON s.tenant = g.tenant AND s.campaign = g.campaign AND s.grant_id = g.grant_id
    WHERE s.step IN ('CLICKED', 'CLAIMED', 'ORDERED') AND s.touch = 'any' AND s.window = g.primary_window AND s.variant != 'CONTROL'
    GROUP BY s.tenant, s.campaign, s.customer_id
)
ARRAY JOIN arrayConcat([('', '')], arrayZip(mapKeys(attributes), mapValues(attributes))) AS pair
GROUP BY tenant, campaign, hour, attribute, value;

-- What an hour brought and cost by itself, but for what a campaign costs as a whole. Kept for ever: roi_hourly adds up from its first hour.
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
ORDER BY (tenant, campaign, basis, window, touch, currency, hour);

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
ORDER BY (tenant, campaign, window, hour);

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

-- Returns by the hour, from the first hour of a campaign on: each hour's own, and all up to its end. All but the ratios is exact until
-- it is rounded in the row, half up to four places; ratios are those of the rounded columns. The filter by tenant and campaign is
-- pushed down to the tables; one by hour is not and must not be.
CREATE VIEW IF NOT EXISTS nudge.roi_hourly AS
WITH
    (number, by) -> sign(number) * sign(by) * intDivOrZero(2 * abs(number) + abs(by), 2 * abs(by)) AS half_up,
    (units) -> CAST(toDecimal256(units, 0) * toDecimal256('0.0001', 4) AS Decimal(38, 4)) AS four_places,
    ifNull((SELECT toUnixTimestamp64Milli(max(until)) FROM nudge.measured FINAL), 0) AS until_millis,
    -- What a campaign costs as a whole: by the greatest version that was sent, from the first grant where it does not say since when.
    flat AS
    (
        SELECT
            tenant,
            campaign,
            argMax((flat_price, active_from, active_to, currency), campaign_version) AS newest,
            groupUniqArrayArray(windows) AS sent_windows,
            toInt128(assumeNotNull(newest.1) * 10000) AS price_units,
            toUnixTimestamp64Milli(ifNull(newest.2, min(first_sent))) AS from_millis,
            toUnixTimestamp64Milli(assumeNotNull(newest.3)) AS to_millis
        FROM nudge.sent_versions FINAL
        GROUP BY tenant, campaign
        HAVING newest.1 IS NOT NULL AND newest.3 IS NOT NULL AND to_millis > from_millis
    ),
    -- It stands in each hour of its time, with grants or not, in every window, touch and basis.
    flat_hours AS
    (
        SELECT
            *,
            arrayJoin(range(from_millis - from_millis % 3600000, least(to_millis, until_millis), 3600000)) AS hour_millis,
            arrayJoin(sent_windows) AS sent_window,
            arrayJoin(['EVENT', 'COHORT']) AS any_basis,
            arrayJoin(['any', 'last']) AS any_touch,
            least(hour_millis + 3600000, to_millis, until_millis) - greatest(hour_millis, from_millis) AS elapsed_millis
        FROM flat
    ),
    -- Rows without basis are of windows alone.
    parts AS
    (
        SELECT
            tenant, campaign, hour, basis, window, touch, currency,
            grants, revenue, cost,
            toInt128(0) AS flat, toInt64(1) AS flat_millis,
            toInt64(0) AS made, toInt64(0) AS made_and_matured, toInt64(0) AS matured
        FROM nudge.money_hourly FINAL
        UNION ALL
        SELECT
            tenant, campaign, toDateTime(intDiv(hour_millis, 1000), 'UTC'), toLowCardinality(any_basis), sent_window,
            toLowCardinality(any_touch), toLowCardinality(newest.4),
            0, 0, 0,
            price_units * elapsed_millis, to_millis - from_millis,
            0, 0, 0
        FROM flat_hours
        UNION ALL
        SELECT
            tenant, campaign, hour, toLowCardinality(''), window, toLowCardinality(''), toLowCardinality(''),
            0, 0, 0,
            0, 1,
            made, made_and_matured, matured
        FROM nudge.matured_hourly FINAL
    ),
    hours AS
    (
        SELECT
            tenant, campaign, hour, basis, window, touch, currency,
            sum(grants) AS own_grants, sum(revenue) AS own_revenue, sum(cost) AS own_cost,
            sum(flat) AS own_flat, max(flat_millis) AS own_flat_millis,
            sum(made) AS own_made, sum(made_and_matured) AS own_made_and_matured, sum(matured) AS own_matured
        FROM parts
        GROUP BY tenant, campaign, hour, basis, window, touch, currency
    ),
    sums AS
    (
        SELECT
            *,
            sum(own_revenue) OVER account AS all_revenue,
            sum(own_cost) OVER account AS all_cost,
            sum(own_flat) OVER account AS all_flat,
            toInt256(max(own_flat_millis) OVER account) AS length,
            sum(own_made) OVER ended AS all_made,
            sum(own_made_and_matured) OVER ended AS all_made_and_matured,
            sum(own_matured) OVER ended AS all_matured
        FROM hours
        WINDOW
            account AS (PARTITION BY tenant, campaign, window, basis, touch, currency ORDER BY hour),
            ended AS (PARTITION BY tenant, campaign, window ORDER BY hour)
    ),
    exact AS
    (
        SELECT
            *,
            -- In 10^-8 times the length of the flat cost.
            toInt256(own_cost * 100000000) * length + toInt256(own_flat) * 10000 AS exact_cost,
            toInt256(all_revenue * 10000) AS revenue_units,
            half_up(toInt256(all_cost * 100000000) * length + toInt256(all_flat) * 10000, length * 10000) AS cost_units
        FROM sums
        WHERE basis != ''
    )
SELECT
    tenant,
    campaign,
    hour,
    basis,
    window,
    touch,
    currency,
    own_grants AS grants,
    own_revenue AS revenue,
    four_places(half_up(exact_cost, length * 10000)) AS cost,
    all_revenue AS cum_revenue,
    four_places(cost_units) AS cum_cost,
    if(cost_units = 0, NULL, four_places(half_up(revenue_units * 1000000, cost_units))) AS roi,
    if(cost_units = 0, NULL, four_places(half_up((revenue_units - cost_units) * 10000, cost_units))) AS net_roi,
    fromUnixTimestamp64Milli(
        if(basis = 'EVENT', least((toInt64(toUnixTimestamp(hour)) + 3600) * 1000, until_millis), until_millis), 'UTC') AS as_of,
    if(all_made = 0, NULL, four_places(half_up(toInt256(if(basis = 'EVENT', all_matured, all_made_and_matured)) * 10000, all_made))) AS matured
FROM exact
WHERE own_grants != 0 OR own_revenue != 0 OR exact_cost != 0;

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
    version            UInt64,
    written            DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, hour, currency, segment)
TTL written + INTERVAL 800 DAY;

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
    version             UInt64,
    written             DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(minute)
ORDER BY (tenant, minute, source)
TTL written + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.traffic AS
SELECT * EXCEPT version FROM nudge.traffic_minute FINAL WHERE visits != 0 OR events != 0;

CREATE TABLE IF NOT EXISTS nudge.products_hourly
(
    tenant          LowCardinality(String),
    hour            DateTime('UTC'),
    product_id      String,
    with_product_id String COMMENT 'sold together with it, a pair once, by name; empty: of the product itself',
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
    version         UInt64,
    written         DateTime MATERIALIZED now(),
    INDEX of_product product_id TYPE bloom_filter
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, with_product_id, hour, product_id, currency)
TTL written + INTERVAL 800 DAY;

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
    version  UInt64,
    written  DateTime MATERIALIZED now()
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, kind, campaign, subject, at)
TTL written + INTERVAL 400 DAY;

CREATE VIEW IF NOT EXISTS nudge.alerts AS
SELECT * EXCEPT version FROM nudge.alert_rows FINAL;
