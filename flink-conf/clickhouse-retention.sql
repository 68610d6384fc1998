-- How long rows are kept: a proposal, to be applied once, by an administrator. Not part of the migrations, for a replay of
-- past years would lose its rows at once. Rows without a limit here are few: days, definitions, arms of experiments.
ALTER TABLE nudge.decisions      MODIFY TTL toDateTime(at) + INTERVAL 400 DAY;
ALTER TABLE nudge.funnel_minute  MODIFY TTL minute + INTERVAL 400 DAY;
ALTER TABLE nudge.funnel_steps   MODIFY TTL toDateTime(at) + INTERVAL 400 DAY;
ALTER TABLE nudge.traffic_minute MODIFY TTL minute + INTERVAL 400 DAY;
ALTER TABLE nudge.money_hourly   MODIFY TTL hour + INTERVAL 800 DAY;
ALTER TABLE nudge.matured_hourly MODIFY TTL hour + INTERVAL 800 DAY;
ALTER TABLE nudge.orders_hourly  MODIFY TTL hour + INTERVAL 800 DAY;
ALTER TABLE nudge.products_hourly MODIFY TTL hour + INTERVAL 800 DAY;
ALTER TABLE nudge.alert_rows     MODIFY TTL toDateTime(at) + INTERVAL 400 DAY;
ALTER TABLE nudge.dead_letters   MODIFY TTL toDateTime(appended_at) + INTERVAL 90 DAY;
