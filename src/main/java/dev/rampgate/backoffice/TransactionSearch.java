package dev.rampgate.backoffice;

import dev.rampgate.database.Columns;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.StatementTurns;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Searches transactions, newest first. One statement reads at most {@value #MOST_SCANNED} rows, by the index of the search's anchor, and
 * says where to go on, so that rare matches in a large ledger make no statement slow.
 */
@ApplicationScoped
public class TransactionSearch {

    /** Most rows that one statement reads. */
    static final int MOST_SCANNED = 10_000;

    /** Newest first, within what the anchor and the window leave. The end of what was read is kept, whether it matches or not. */
    private static final String SCAN = """
            SELECT
            """ + TransactionJson.COLUMNS + """
            , row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
            FROM transaction
            WHERE %s (created_at, id) < ($1, $2) AND created_at >= $3
            ORDER BY created_at DESC, id DESC
            LIMIT $4
            """;

    private static final String MATCHES = """
            (cardinality($6::text[]) = 0 OR id = ANY ($6))
            AND (cardinality($7::text[]) = 0 OR reference = ANY ($7))
            AND (cardinality($8::text[]) = 0 OR user_id = ANY ($8))
            AND (cardinality($9::text[]) = 0 OR status = ANY ($9))
            AND (cardinality($10::text[]) = 0 OR type = ANY ($10))
            AND (cardinality($11::text[]) = 0 OR upper(currency) = ANY ($11))
            AND (cardinality($12::text[]) = 0 OR upper(network) = ANY ($12))
            AND (cardinality($13::text[]) = 0
                 OR follow_up -> 'nudge' ->> 'channel' = 'WEBHOOK'
                    AND follow_up -> 'nudge' ->> 'status' = ANY ($13)
                    AND follow_up -> 'nudge' ->> 'status' <> status)
            AND (cardinality($14::text[]) = 0
                 OR 'completed_contradicted' = ANY ($14) AND follow_up ? 'contradictions'
                 OR 'details_contradicted' = ANY ($14) AND follow_up ? 'details_contradicted'
                 OR 'unknown_status' = ANY ($14) AND follow_up ? 'unknown_status'
                 OR 'amount_unreadable' = ANY ($14)
                    AND follow_up ? 'amount_unread_since'
                    AND status IN ('completed', 'failed', 'cancelled'))
            AND (cardinality($15::text[]) = 0 OR settled::text = ANY ($15))
            """;

    /** Reads no further than it has to: the subquery has the order of its index, so that the outer limit ends it. */
    private static final String ONE_VALUE = """
            SELECT *, (%2$s) AS matches, place = $4 AS ends
            FROM (%1$s) AS scanned
            WHERE (%2$s) OR place = $4
            ORDER BY created_at DESC, id DESC
            LIMIT $5
            """;

    /** Each value has its part of the rows; what lies behind the first part that ends is left to the next page. */
    private static final String SEVERAL_VALUES = """
            WITH scanned AS (
                SELECT part.*
                FROM unnest($16::text[]) AS each (value)
                     CROSS JOIN LATERAL (%1$s) AS part
            ), edge AS (
                SELECT created_at, id
                FROM scanned
                WHERE place = $4
                ORDER BY created_at DESC, id DESC
                LIMIT 1
            )
            SELECT *, (%2$s) AS matches
            FROM (
                SELECT scanned.*,
                       (scanned.created_at, scanned.id) = (SELECT created_at, id FROM edge) AS ends
                FROM scanned
                WHERE NOT EXISTS (SELECT FROM edge)
                   OR (scanned.created_at, scanned.id) >= (SELECT created_at, id FROM edge)
            ) AS scanned
            WHERE (%2$s) OR ends
            ORDER BY created_at DESC, id DESC
            LIMIT $5
            """;

    private final Pool pool;
    private final StatementTurns share;

    @Inject
    TransactionSearch(Pool pool, ConnectionShares shares) {
        this(pool, shares.backOffice());
    }

    TransactionSearch(Pool pool, StatementTurns share) {
        this.pool = pool;
        this.share = share;
    }

    /**
     * Some of the transactions that match.
     *
     * @param transactions as callers see them
     * @param next where to go on; empty at the end
     * @param scanLimited whether the page ended since so many rows had been read, and not since it was full
     */
    public record Page(List<JsonObject> transactions, Optional<SearchCursor> next, boolean scanLimited) {}

    /** The transactions that match after a cursor, at most {@code limit}. Fails as the database fails. */
    public Uni<Page> page(SearchFilter filter, SearchCursor after, int limit) {
        List<String> anchors = filter.anchorValues();
        boolean several = anchors.size() > 1 && filter.anchor() != SearchFilter.Anchor.ID;
        int scanned = several ? MOST_SCANNED / anchors.size() : MOST_SCANNED;
        Tuple parameters = Tuple.tuple();
        parameters
                .addOffsetDateTime(Columns.utc(after.createdAt()))
                .addString(after.id())
                .addOffsetDateTime(Columns.utc(filter.from()))
                .addLong((long) scanned)
                .addLong(limit + 1L);
        for (List<String> values : List.of(
                filter.ids(),
                filter.references(),
                filter.users(),
                filter.statuses(),
                filter.types(),
                filter.currencies(),
                filter.networks(),
                filter.reported(),
                filter.alarms(),
                filter.settled())) {
            parameters.addArrayOfString(Columns.texts(values));
        }
        if (several) {
            parameters.addArrayOfString(Columns.texts(anchors));
        }
        return share.within(() ->
                        pool.preparedQuery(statement(filter.anchor(), several)).execute(parameters))
                .map(rows -> page(rows, limit));
    }

    private static String statement(SearchFilter.Anchor anchor, boolean several) {
        String scan = SCAN.formatted(
                switch (anchor) {
                    case ID -> "id = ANY ($6) AND";
                    case REFERENCE -> several ? "reference = each.value AND" : "reference = ($7::text[])[1] AND";
                    case USER -> several ? "user_id = each.value AND" : "user_id = ($8::text[])[1] AND";
                    case WINDOW -> "";
                });
        return (several ? SEVERAL_VALUES : ONE_VALUE).formatted(scan, MATCHES);
    }

    private static Page page(RowSet<Row> rows, int limit) {
        List<JsonObject> found = new ArrayList<>();
        Row last = null;
        for (Row row : rows) {
            if (found.size() == limit) {
                return new Page(found, Optional.of(cursor(last)), false);
            }
            if (Boolean.TRUE.equals(row.getBoolean("matches"))) {
                found.add(TransactionJson.of(row));
            }
            last = row;
            if (Boolean.TRUE.equals(row.getBoolean("ends"))) {
                return new Page(found, Optional.of(cursor(row)), true);
            }
        }
        return new Page(found, Optional.empty(), false);
    }

    private static SearchCursor cursor(Row row) {
        return new SearchCursor(Columns.instant(row, "created_at"), row.getString("id"));
    }
}
