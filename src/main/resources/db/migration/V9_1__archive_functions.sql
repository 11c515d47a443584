-- What only the owner of the tables may do, and the archive needs every day: make a day's partition, and drop one. The service's role may
-- only read and write rows (deploy/database/roles.sql) and calls these, which run with the rights of the role that migrates. They take a
-- date, so that they can touch nothing but days of the archive, and find tables in this schema alone.

DO $migration$
BEGIN
    EXECUTE format($statement$
        -- Not CREATE TABLE ... PARTITION OF, which locks everybody out of the archive. Rows of the day that came before it move into it.
        CREATE OR REPLACE FUNCTION archive_make_day(day date) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $function$
        DECLARE
            name text := 'observation_' || to_char(day, 'YYYYMMDD');
            first text := to_char(day, 'YYYY-MM-DD') || ' 00:00:00Z';
            next text := to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00Z';
        BEGIN
            IF to_regclass(name) IS NOT NULL THEN
                RETURN false;
            END IF;
            EXECUTE format('CREATE TABLE %%I (LIKE observation INCLUDING ALL)', name);
            LOCK TABLE observation_other IN ACCESS EXCLUSIVE MODE;
            EXECUTE format(
                'WITH moved AS (DELETE FROM observation_other WHERE received_at >= %%L AND received_at < %%L RETURNING *)'
                ' INSERT INTO %%I SELECT * FROM moved',
                first, next, name);
            EXECUTE format('ALTER TABLE observation ATTACH PARTITION %%I FOR VALUES FROM (%%L) TO (%%L)', name, first, next);
            RETURN true;
        END
        $function$
    $statement$, current_schema());

    EXECUTE format($statement$
        -- For a moment; deleting the files afterwards locks nobody out.
        CREATE OR REPLACE FUNCTION archive_detach_day(day date) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $function$
        DECLARE
            name text := 'observation_' || to_char(day, 'YYYYMMDD');
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_inherits
                           WHERE inhrelid = to_regclass(name) AND inhparent = to_regclass('observation')) THEN
                RETURN false;
            END IF;
            EXECUTE format('ALTER TABLE observation DETACH PARTITION %%I', name);
            RETURN true;
        END
        $function$
    $statement$, current_schema());

    EXECUTE format($statement$
        -- Of a day that is detached.
        CREATE OR REPLACE FUNCTION archive_drop_day(day date) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $function$
        DECLARE
            name text := 'observation_' || to_char(day, 'YYYYMMDD');
        BEGIN
            IF to_regclass(name) IS NULL THEN
                RETURN false;
            END IF;
            EXECUTE format('DROP TABLE %%I', name);
            RETURN true;
        END
        $function$
    $statement$, current_schema());
END
$migration$;

-- Whom else the operator wants to call them gets that by default privileges (deploy/database/roles.sql).
REVOKE EXECUTE ON FUNCTION archive_make_day(date), archive_detach_day(date), archive_drop_day(date) FROM PUBLIC;
