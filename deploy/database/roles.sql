-- The database and its two roles: rampgate_migration owns the tables and is used by the migration alone; rampgate is the service's own and
-- may only read and write rows. An administrator runs it once:
--
--   MIGRATION_PASSWORD=... DATABASE_PASSWORD=... psql "$ADMIN_URL" -f deploy/database/roles.sql
--
-- The passwords come from the environment (psql 15 or later), so that no list of processes and no history has them. A server that logs
-- statements has them in its log: switch that off for this session (log_statement = none), or set them afterwards by \password.
\set ON_ERROR_STOP on
\getenv migration_password MIGRATION_PASSWORD
\getenv service_password DATABASE_PASSWORD

CREATE ROLE rampgate_migration LOGIN PASSWORD :'migration_password';
CREATE ROLE rampgate LOGIN PASSWORD :'service_password';
-- An administrator who is no superuser may only give to others what he is a member of.
GRANT rampgate_migration TO CURRENT_USER;
CREATE DATABASE rampgate OWNER rampgate_migration;
REVOKE ALL ON DATABASE rampgate FROM PUBLIC;
GRANT CONNECT ON DATABASE rampgate TO rampgate;

\connect rampgate

-- Of everything that the migration creates from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE rampgate_migration GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rampgate;
ALTER DEFAULT PRIVILEGES FOR ROLE rampgate_migration GRANT USAGE, SELECT ON SEQUENCES TO rampgate;
ALTER DEFAULT PRIVILEGES FOR ROLE rampgate_migration REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE rampgate_migration GRANT EXECUTE ON FUNCTIONS TO rampgate;
REVOKE rampgate_migration FROM CURRENT_USER;
