-- Where the numbers of the funnel and the list of who stands behind them differ: by minute, by hour, and over all time. No row: nowhere.
WITH both AS
(
    SELECT 'funnel' AS source, tenant, campaign, campaign_version, variant, window, touch, step, currency, minute, grants, amount
    FROM nudge.funnel
    UNION ALL
    SELECT 'list', tenant, campaign, campaign_version, variant, window, touch, step, currency, toStartOfMinute(toDateTime(at, 'UTC')), 1, amount
    FROM nudge.funnel_list
)
SELECT
    span,
    multiIf(span = 'minute', minute, span = 'hour', toStartOfHour(minute), toDateTime(0, 'UTC')) AS start,
    tenant, campaign, campaign_version, variant, window, touch, step, currency,
    sumIf(grants, source = 'funnel') AS counted,
    sumIf(grants, source = 'list') AS listed,
    sumIf(amount, source = 'funnel') AS counted_amount,
    sumIf(amount, source = 'list') AS listed_amount
FROM both
ARRAY JOIN ['minute', 'hour', 'all'] AS span
GROUP BY ALL
HAVING counted != listed OR counted_amount != listed_amount
ORDER BY ALL
