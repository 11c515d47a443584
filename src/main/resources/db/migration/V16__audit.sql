-- Who did or read what in the back office, and when. Entries are written with the action and linked to a chain afterwards, by audit_link
-- alone: each carries the hash of the one before. What they hold never changes. Texts are empty where there is nothing to say.

CREATE TABLE audit_entry (
    number     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor      text        NOT NULL DEFAULT '',
    role       text        NOT NULL DEFAULT '',
    action     text        NOT NULL,
    result     text        NOT NULL,
    subject    text        NOT NULL DEFAULT '',
    details    text        NOT NULL DEFAULT '',
    request_id text        NOT NULL DEFAULT '',
    calls      bigint      NOT NULL DEFAULT 1,
    position   bigint,
    previous   text,
    hash       text,
    -- A line break would make two entries of one canonical form.
    CHECK (actor || role || action || result || subject || details || request_id !~ '[\r\n]'),
    CHECK ((position IS NULL) = (hash IS NULL) AND (position IS NULL) = (previous IS NULL))
);

COMMENT ON TABLE audit_entry IS 'who did or read what in the back office, when';
COMMENT ON COLUMN audit_entry.actor IS 'the name of the actor; empty if the caller is unknown, or for work of Rampgate itself';
COMMENT ON COLUMN audit_entry.result IS 'done: committed with the action; begun: written before it; else why the call was refused';
COMMENT ON COLUMN audit_entry.subject IS 'the transaction, endpoint or brake';
COMMENT ON COLUMN audit_entry.details IS 'a JSON object; users and search values are keyed hashes';
COMMENT ON COLUMN audit_entry.calls IS 'how many calls it stands for; more than one if they were refused';
COMMENT ON COLUMN audit_entry.position IS 'its place in the chain, without gaps; null until it is linked';
COMMENT ON COLUMN audit_entry.previous IS 'the hash of the entry before';
COMMENT ON COLUMN audit_entry.hash IS 'SHA-256 of its canonical form (docs/backoffice.md)';

-- For: audit_link, AuditStore.head.
CREATE INDEX audit_entry_unlinked ON audit_entry (number) WHERE position IS NULL;

-- For: AuditStore.part (verification), audit_expire.
CREATE UNIQUE INDEX audit_entry_by_position ON audit_entry (position);

-- For: AuditStore.page.
CREATE INDEX audit_entry_by_time ON audit_entry (at, number);

CREATE TABLE audit_chain (
    only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_position   bigint NOT NULL DEFAULT 0,
    last_hash       text   NOT NULL DEFAULT repeat('0', 64),
    anchor_position bigint NOT NULL DEFAULT 0,
    anchor_hash     text   NOT NULL DEFAULT repeat('0', 64)
);

COMMENT ON TABLE audit_chain IS 'where the chain of audit entries begins and ends';
COMMENT ON COLUMN audit_chain.anchor_position IS 'the last entry that was deleted since it was older than the retention';

INSERT INTO audit_chain DEFAULT VALUES;

DO $migration$
BEGIN
    EXECUTE format($statement$
        -- Links entries that are not linked yet, in the order of their numbers; one caller at a time, the others link nothing.
        CREATE FUNCTION audit_link(most integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $function$
        DECLARE
            chain audit_chain;
            entry audit_entry;
            linked integer := 0;
        BEGIN
            SELECT * INTO chain FROM audit_chain FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                RETURN 0;
            END IF;
            FOR entry IN SELECT * FROM audit_entry WHERE position IS NULL ORDER BY number LIMIT most LOOP
                entry.position := chain.last_position + 1;
                entry.previous := chain.last_hash;
                entry.hash := encode(sha256(convert_to(concat_ws(
                    E'\n',
                    'rampgate-audit-1',
                    entry.position,
                    entry.previous,
                    to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    entry.actor,
                    entry.role,
                    entry.action,
                    entry.result,
                    entry.subject,
                    entry.details,
                    entry.request_id,
                    entry.calls), 'UTF8')), 'hex');
                UPDATE audit_entry
                SET position = entry.position, previous = entry.previous, hash = entry.hash
                WHERE number = entry.number;
                chain.last_position := entry.position;
                chain.last_hash := entry.hash;
                linked := linked + 1;
            END LOOP;
            IF linked > 0 THEN
                UPDATE audit_chain SET last_position = chain.last_position, last_hash = chain.last_hash;
            END IF;
            RETURN linked;
        END
        $function$
    $statement$, current_schema());

    EXECUTE format($statement$
        -- Deletes the first entries of the chain if they are older, and writes an entry that says so. The anchor keeps the chain verifiable;
        -- the last entry stays. Nobody gets rid of what is younger than 30 days by this.
        CREATE FUNCTION audit_expire(older_than timestamptz, most integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $function$
        DECLARE
            chain audit_chain;
            entry record;
            expired integer := 0;
        BEGIN
            IF older_than > now() - interval '30 days' THEN
                RAISE EXCEPTION 'audit entries are kept for 30 days or longer';
            END IF;
            SELECT * INTO chain FROM audit_chain FOR UPDATE;
            FOR entry IN
                SELECT position, at, hash
                FROM audit_entry
                WHERE position > chain.anchor_position AND position < chain.last_position
                ORDER BY position
                LIMIT most
            LOOP
                EXIT WHEN entry.at >= older_than;
                chain.anchor_position := entry.position;
                chain.anchor_hash := entry.hash;
                expired := expired + 1;
            END LOOP;
            IF expired > 0 THEN
                DELETE FROM audit_entry WHERE position <= chain.anchor_position;
                UPDATE audit_chain SET anchor_position = chain.anchor_position, anchor_hash = chain.anchor_hash;
                INSERT INTO audit_entry (action, result, subject, calls)
                VALUES ('expire_audit', 'done', chain.anchor_position || ':' || chain.anchor_hash, expired);
            END IF;
            RETURN expired;
        END
        $function$
    $statement$, current_schema());
END
$migration$;

REVOKE EXECUTE ON FUNCTION audit_link(integer), audit_expire(timestamptz, integer) FROM PUBLIC;

-- Roles that got rights on every new table (deploy/database/roles.sql) may read the audit and add to it, and nothing else: not even say when
-- something happened. They link and delete by the functions alone.
DO $rights$
DECLARE
    grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT granted.grantee::regrole::text
        FROM pg_class
             CROSS JOIN aclexplode(relacl) AS granted
        WHERE pg_class.oid = 'audit_entry'::regclass AND granted.grantee NOT IN (0, relowner)
    LOOP
        EXECUTE format('REVOKE ALL ON audit_entry, audit_chain FROM %s', grantee);
        EXECUTE format('GRANT SELECT ON audit_entry, audit_chain TO %s', grantee);
        EXECUTE format(
            'GRANT INSERT (actor, role, action, result, subject, details, request_id, calls) ON audit_entry TO %s', grantee);
    END LOOP;
END
$rights$;
