-- Customers that a campaign was sent to, by the hour of its first grant of them, and how many of them took part, by the hour they first did:
-- clicked, claimed or ordered in the primary window, by any touch. By each attribute and value as of the first grant; both empty: all of them.
-- Ask for one tenant and campaign.
CREATE OR REPLACE VIEW nudge.participants_hourly AS
SELECT tenant, campaign, told.1 AS hour, pair.1 AS attribute, pair.2 AS value, sum(told.2) AS targeted, sum(told.3) AS participants
FROM
(
    SELECT c.tenant AS tenant, c.campaign AS campaign, c.attributes AS attributes,
        arrayConcat([(toStartOfHour(c.sent), 1, 0)], if(p.took = 0, [], [(toStartOfHour(p.first), 0, 1)])) AS hours
    FROM
    (
        SELECT tenant, campaign, customer_id, min(at) AS sent, argMin(attributes, (at, grant_id)) AS attributes
        FROM nudge.grants
        WHERE variant != 'CONTROL'
        GROUP BY tenant, campaign, customer_id
    ) AS c
    LEFT JOIN
    (
        SELECT s.tenant AS tenant, s.campaign AS campaign, s.customer_id AS customer_id, min(s.at) AS first, 1 AS took
        FROM nudge.funnel_list AS s
        INNER JOIN nudge.grants AS g ON s.tenant = g.tenant AND s.campaign = g.campaign AND s.grant_id = g.grant_id
        WHERE s.step IN ('CLICKED', 'CLAIMED', 'ORDERED') AND s.touch = 'any' AND s.window = g.primary_window AND s.variant != 'CONTROL'
        GROUP BY s.tenant, s.campaign, s.customer_id
    ) AS p ON c.tenant = p.tenant AND c.campaign = p.campaign AND c.customer_id = p.customer_id
)
ARRAY JOIN hours AS told
ARRAY JOIN arrayConcat([('', '')], arrayZip(mapKeys(attributes), mapValues(attributes))) AS pair
GROUP BY tenant, campaign, hour, attribute, value;
