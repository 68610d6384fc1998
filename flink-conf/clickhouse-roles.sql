-- Who may do what in ClickHouse. Run once by an administrator; running it again changes nothing.
-- Passwords don't stand here: afterwards, for each user,
--   ALTER USER nudge_writer IDENTIFIED WITH sha256_password BY '...' HOST ANY
-- Until then nobody can sign on as it.

CREATE DATABASE IF NOT EXISTS nudge;

-- Makes tables and views, from the SQL files that nudge.jar carries. Used while a version is rolled out.
CREATE ROLE IF NOT EXISTS nudge_migrator_role;
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, ALTER, SELECT, INSERT ON nudge.* TO nudge_migrator_role;
CREATE USER IF NOT EXISTS nudge_migrator IDENTIFIED WITH no_password HOST NONE;
GRANT nudge_migrator_role TO nudge_migrator;

-- The jobs: they add rows and read none.
CREATE ROLE IF NOT EXISTS nudge_writer_role;
GRANT INSERT ON nudge.* TO nudge_writer_role;
CREATE USER IF NOT EXISTS nudge_writer IDENTIFIED WITH no_password HOST NONE;
GRANT nudge_writer_role TO nudge_writer;

-- The console: it reads, for whom it knows by their token, and what would take the server with it is cut off.
-- readonly = 2 lets a client set its own time limit, below the maximum here; it can change nothing else of note.
CREATE SETTINGS PROFILE IF NOT EXISTS nudge_reader_profile
  SETTINGS readonly = 2, max_execution_time = 30 MAX 60, max_memory_usage = 4000000000, max_result_rows = 1000000;
CREATE ROLE IF NOT EXISTS nudge_console_role;
GRANT SELECT ON nudge.* TO nudge_console_role;
CREATE USER IF NOT EXISTS nudge_console IDENTIFIED WITH no_password HOST NONE SETTINGS PROFILE nudge_reader_profile;
GRANT nudge_console_role TO nudge_console;

-- Grafana of those who operate all tenants.
CREATE ROLE IF NOT EXISTS nudge_grafana_role;
GRANT SELECT ON nudge.* TO nudge_grafana_role;
CREATE USER IF NOT EXISTS nudge_grafana IDENTIFIED WITH no_password HOST NONE SETTINGS PROFILE nudge_reader_profile;
GRANT nudge_grafana_role TO nudge_grafana;

-- A brand: whoever has this role and is called brand:TENANT reads rows of that tenant and no others, in tables and through views, which
-- read with the rights of who asks. A table that is not named here it can't read at all. Dead letters have no tenant: what could not be
-- read does not say whose it is.
CREATE ROLE IF NOT EXISTS nudge_brand_role;
-- Policies first, so that nobody reads a table before it has one. Once it has, somebody without one may see nothing of it; so everybody has
-- one, and brands are restricted beside it.
CREATE ROW POLICY IF NOT EXISTS nudge_everybody ON
  nudge.stage_changes, nudge.anomalies, nudge.decisions, nudge.campaign_decisions, nudge.funnel_minute, nudge.funnel_steps,
  nudge.grant_rows, nudge.money_hourly, nudge.matured_hourly, nudge.sent_versions, nudge.orders_hourly, nudge.traffic_minute, nudge.products_hourly, nudge.lifecycle_daily, nudge.repurchase_daily,
  nudge.experiment_arms, nudge.alert_rows
  USING 1 TO ALL;
CREATE ROW POLICY IF NOT EXISTS nudge_brand ON
  nudge.stage_changes, nudge.anomalies, nudge.decisions, nudge.campaign_decisions, nudge.funnel_minute, nudge.funnel_steps,
  nudge.grant_rows, nudge.money_hourly, nudge.matured_hourly, nudge.sent_versions, nudge.orders_hourly, nudge.traffic_minute, nudge.products_hourly, nudge.lifecycle_daily, nudge.repurchase_daily,
  nudge.experiment_arms, nudge.alert_rows
  USING tenant = if(startsWith(currentUser(), 'brand:'), substring(currentUser(), 7), NULL) AS RESTRICTIVE TO nudge_brand_role;
GRANT
  SELECT ON nudge.stage_changes, SELECT ON nudge.anomalies, SELECT ON nudge.decisions, SELECT ON nudge.funnel_minute, SELECT ON nudge.funnel_steps,
  SELECT ON nudge.campaign_decisions, SELECT ON nudge.grant_rows, SELECT ON nudge.grants, SELECT ON nudge.participants_hourly,
  SELECT ON nudge.money_hourly, SELECT ON nudge.matured_hourly, SELECT ON nudge.sent_versions, SELECT ON nudge.orders_hourly,
  SELECT ON nudge.traffic_minute, SELECT ON nudge.products_hourly, SELECT ON nudge.lifecycle_daily, SELECT ON nudge.repurchase_daily,
  SELECT ON nudge.experiment_arms, SELECT ON nudge.alert_rows, SELECT ON nudge.measured, SELECT ON nudge.funnel, SELECT ON nudge.funnel_list,
  SELECT ON nudge.roi_hourly, SELECT ON nudge.orders, SELECT ON nudge.traffic, SELECT ON nudge.products, SELECT ON nudge.lifecycle,
  SELECT ON nudge.repurchases, SELECT ON nudge.experiments, SELECT ON nudge.alerts
  TO nudge_brand_role;
