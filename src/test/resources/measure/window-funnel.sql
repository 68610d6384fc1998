-- How far each grant came in one window: by windowFunnel over all that the customer did, and by the list of steps. Of grants in whose
-- window no two events stand at one instant. windowFunnel takes the last millisecond of its window, a window of ours does not hold its end.
--
-- $window: in ms. check.grants (tenant, customer_id, grant_id, window, at_millis): one row a grant and window that it declares;
-- check.events (tenant, customer_id, at_millis, name, grant_id): each event once, and a TARGETED a grant; grant_id of what names a grant.
WITH
    raw AS
    (
        SELECT
            g.tenant AS tenant, g.grant_id AS grant_id,
            windowFunnel($window - 1, 'strict_increase')(
                at, name = 'TARGETED', name = 'Product Viewed', name = 'Product Added', name = 'Order Paid') AS shopping,
            windowFunnel($window - 1, 'strict_increase')(
                at, name = 'TARGETED', name = 'Nudge Sent', name = 'Nudge Exposed', name = 'Nudge Clicked') AS answering,
            1 + least(countIf(name = 'Order Paid'), 2) AS paying,
            [
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Product Viewed'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Product Added to Wishlist'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Product Added'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Product Reviewed'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Product Shared'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Order Placed'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Nudge Sent'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Nudge Delivered'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Nudge Exposed'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Nudge Clicked'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Coupon Claimed'),
                windowFunnel($window - 1, 'strict_increase')(at, name = 'TARGETED', name = 'Coupon Redeemed')
            ] AS singles,
            countIf(name = 'Product Added') > 1 OR countIf(name = 'Order Paid') > 1 AS shops_again,
            countIf(name = 'Nudge Exposed') > 1 OR countIf(name = 'Nudge Clicked') > 1 AS answers_again
        FROM check.grants AS g
        INNER JOIN (SELECT tenant, customer_id, grant_id, name, at_millis AS at FROM check.events) AS e
            ON e.tenant = g.tenant AND e.customer_id = g.customer_id
        WHERE g.window = $window AND e.at >= g.at_millis AND e.at < g.at_millis + $window AND e.grant_id IN ('', g.grant_id)
        GROUP BY tenant, grant_id
        HAVING count() = uniqExact(at)
    ),
    listed AS
    (
        SELECT
            tenant, grant_id,
            groupArray(toString(step)) AS steps,
            mapFromArrays(steps, groupArray(toUnixTimestamp64Milli(at))) AS first,
            -- Each step in its order: reached, and after the one before.
            arrayFirstIndex(ok -> NOT ok, arrayPushBack(arrayMap(
                (a, b) -> has(steps, b) AND first[a] < first[b],
                ['TARGETED', 'VIEWED', 'CARTED'], ['VIEWED', 'CARTED', 'PAID']), false)) AS shopping,
            arrayFirstIndex(ok -> NOT ok, arrayPushBack(arrayMap(
                (a, b) -> has(steps, b) AND first[a] < first[b],
                ['TARGETED', 'SENT', 'EXPOSED'], ['SENT', 'EXPOSED', 'CLICKED']), false)) AS answering,
            1 + has(steps, 'PAID') + has(steps, 'REPURCHASED') AS paying,
            arrayMap(each -> 1 + has(steps, each),
                ['VIEWED', 'WANTED', 'CARTED', 'REVIEWED', 'SHARED', 'ORDERED', 'SENT', 'DELIVERED', 'EXPOSED', 'CLICKED', 'CLAIMED', 'REDEEMED']) AS singles
        FROM nudge.funnel_list
        WHERE window = $window AND touch = 'any'
        GROUP BY tenant, grant_id
    )
SELECT
    raw.tenant AS tenant, raw.grant_id AS grant_id,
    raw.singles = listed.singles AND raw.paying = listed.paying AS same_steps,
    -- The list knows of each step the first time alone; one that comes again after another step leads further.
    raw.shopping > listed.shopping AND raw.shops_again OR raw.shopping = listed.shopping AS same_shopping,
    raw.answering > listed.answering AND raw.answers_again OR raw.answering = listed.answering AS same_answering,
    listed.shopping AS shopping, listed.answering AS answering, listed.paying AS paying,
    raw.shopping > listed.shopping OR raw.answering > listed.answering AS further,
    toString((raw.*, listed.*)) AS found
FROM raw INNER JOIN listed ON listed.tenant = raw.tenant AND listed.grant_id = raw.grant_id
