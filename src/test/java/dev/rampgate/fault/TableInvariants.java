package dev.rampgate.fault;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The invariants of docs/reliability.md as far as the tables show them when everything has come to rest: each counts what breaks it. */
final class TableInvariants {

    private static final Map<String, String> BREACHES = new LinkedHashMap<>();

    static {
        BREACHES.put("I1: a confirmed end that changed without a correction, or a completed that changed", """
                SELECT count(*)
                FROM transition AS ended
                JOIN transition AS next
                    ON next.transaction_id = ended.transaction_id AND next.sequence = ended.sequence + 1
                WHERE ended.confirmed_at IS NOT NULL
                  AND (ended.status = 'completed' OR ended.status IN ('failed', 'cancelled') AND NOT next.correction)
                """);
        BREACHES.put("I2: a gap or a repetition in the sequence of a transaction", """
                SELECT count(*)
                FROM (
                    SELECT transaction_id FROM transition
                    GROUP BY transaction_id
                    HAVING count(*) <> max(sequence) OR min(sequence) <> 1
                ) AS wrong
                """);
        BREACHES.put("I3: a status twice in one attempt", """
                SELECT count(*)
                FROM (
                    SELECT 1 FROM transition GROUP BY transaction_id, attempt, status HAVING count(*) > 1
                ) AS twice
                """);
        BREACHES.put("I4: an unsettled transaction that is never polled again", """
                SELECT count(*)
                FROM transaction
                WHERE NOT settled
                  AND NOT abandoned
                  AND NOT EXISTS (SELECT 1 FROM poll WHERE transaction_id = transaction.id AND due_at IS NOT NULL)
                """);
        BREACHES.put("O1: a transaction that counts other events than there are", """
                SELECT count(*)
                FROM transaction
                LEFT JOIN (
                    SELECT transaction_id, count(*) AS number, max(version) AS newest FROM event GROUP BY transaction_id
                ) AS events ON events.transaction_id = transaction.id
                WHERE version <> coalesce(number, 0) OR version <> coalesce(newest, 0)
                """);
        BREACHES.put("O1: a confirmed change without its one event", """
                SELECT count(*)
                FROM transition
                WHERE confirmed_at IS NOT NULL
                  AND sequence > 1
                  AND 1 <> (
                      SELECT count(*)
                      FROM event
                      WHERE event.transaction_id = transition.transaction_id
                        AND type = 'transaction.' || status
                        AND (body::jsonb -> 'data' ->> 'attempt')::integer = attempt
                  )
                """);
        BREACHES.put("O1: an event of a status that was not confirmed", """
                SELECT count(*)
                FROM event
                WHERE type IN ('transaction.processing', 'transaction.completed', 'transaction.failed', 'transaction.cancelled')
                  AND NOT EXISTS (
                      SELECT 1
                      FROM transition
                      WHERE transaction_id = event.transaction_id
                        AND type = 'transaction.' || status
                        AND (body::jsonb -> 'data' ->> 'attempt')::integer = attempt
                        AND confirmed_at IS NOT NULL
                  )
                """);
        BREACHES.put("O5: an event without a place in the feed", """
                SELECT count(*) FROM event WHERE position IS NULL OR position > (SELECT last_position FROM feed)
                """);
        BREACHES.put("O5: a place without an event", """
                SELECT last_position - (SELECT count(*) FROM event) FROM feed
                """);
        BREACHES.put("O5: a transaction whose versions stand in the feed in another order", """
                SELECT count(*)
                FROM (
                    SELECT position < lag(position) OVER (PARTITION BY transaction_id ORDER BY version) AS wrong FROM event
                ) AS placed
                WHERE wrong
                """);
        BREACHES.put("an epoch that began although no commit was lost", """
                SELECT count(DISTINCT epoch) - 1 FROM event
                """);
    }

    private TableInvariants() {}

    /** A sentence for each that is broken; none if all hold. */
    static List<String> broken(LedgerTables ledger) {
        return BREACHES.entrySet().stream()
                .map(breach -> ledger.count(breach.getValue()) + " times: " + breach.getKey())
                .filter(found -> !found.startsWith("0 "))
                .toList();
    }
}
