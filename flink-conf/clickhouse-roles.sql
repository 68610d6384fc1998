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

-- Grafana and the console: they read, and a question that would take the server with it is cut off.
-- readonly = 2 lets a client set its own time limit, below the maximum here; it can change nothing else of note.
CREATE SETTINGS PROFILE IF NOT EXISTS nudge_reader_profile
  SETTINGS readonly = 2, max_execution_time = 30 MAX 60, max_memory_usage = 4000000000, max_result_rows = 1000000;
CREATE ROLE IF NOT EXISTS nudge_reader_role;
GRANT SELECT ON nudge.* TO nudge_reader_role;
CREATE USER IF NOT EXISTS nudge_reader IDENTIFIED WITH no_password HOST NONE SETTINGS PROFILE nudge_reader_profile;
GRANT nudge_reader_role TO nudge_reader;
