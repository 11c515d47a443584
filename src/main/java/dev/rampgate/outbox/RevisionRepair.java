package dev.rampgate.outbox;

import dev.rampgate.database.housekeeping.HousekeepingJob;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Adds the amount revisions that are missing. During a rolling upgrade, and after a roll-back, replicas of a build that has no books change
 * transactions without a revision, and give places to events without making the revisions of these events known. Every replica compares transactions
 * with their newest revision, the newest transactions first, and begins again at the end. An added revision becomes known when it is added, not when
 * the change happened, so that statements that were asked for before do not change.
 */
@ApplicationScoped
class RevisionRepair implements HousekeepingJob {

    private static final Logger LOG = Logger.getLogger(RevisionRepair.class);

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    /** Transactions that one statement compares. */
    private static final int PAGE = 2_000;

    /** Pages of one run: a ledger of a million transactions is compared within the hour, at less than a hundredth of a processor. */
    private static final int PAGES = 5;

    private static final String COUNTS =
            "(transaction.confirmed AND transaction.status IN ('completed', 'failed', 'cancelled'))";

    /** As {@link AmountRevisionWriter} writes it. */
    private static final String AMOUNT =
            "CASE WHEN transaction.%1$s ~ '^[0-9]{1,64}(\\.[0-9]{1,64})?$' THEN transaction.%1$s::numeric END";

    private static final String NEWEST = """
            LEFT JOIN LATERAL (
                SELECT *
                FROM amount_revision
                WHERE amount_revision.transaction_id = transaction.id
                ORDER BY amount_revision.number DESC
                LIMIT 1
            ) AS newest ON true
            """;

    /** Whether the books say something else than the ledger: the rule of {@link dev.rampgate.ledger.AmountRevision#of}. */
    private static final String DIFFERS = "(" + COUNTS + " <> (newest.period_at IS NOT NULL) OR " + COUNTS + """
             AND (transaction.attempt, transaction.status, transaction.type,
                  upper(transaction.currency COLLATE "C"),
                  upper(transaction.network COLLATE "C"),
                  upper(transaction.fiat_currency COLLATE "C")) IS DISTINCT FROM
                 (newest.attempt, newest.status, newest.type,
                  upper(newest.currency COLLATE "C"),
                  upper(newest.network COLLATE "C"),
                  upper(newest.fiat_currency COLLATE "C"))
            """
            + " OR " + COUNTS + " AND (" + AMOUNT.formatted("crypto_amount") + ") IS DISTINCT FROM newest.crypto_amount"
            + " OR " + COUNTS + " AND (" + AMOUNT.formatted("fiat_amount") + ") IS DISTINCT FROM newest.fiat_amount)";

    private static final String NEXT_PAGE = """
            WITH place AS MATERIALIZED (
                SELECT cursor_at, cursor_id
                FROM revision_check
                FOR NO KEY UPDATE SKIP LOCKED
            ), page AS MATERIALIZED (
                SELECT *
                FROM transaction
                WHERE (created_at, id) < ((SELECT cursor_at FROM place), (SELECT cursor_id FROM place))
                ORDER BY created_at DESC, id DESC
                LIMIT $1
            ), last AS (
                SELECT created_at, id, (SELECT count(*) FROM page) < $1 AS ends
                FROM page
                ORDER BY created_at, id
                LIMIT 1
            ), moved AS (
                UPDATE revision_check
                SET cursor_at = CASE WHEN last.ends THEN 'infinity' ELSE coalesce(last.created_at, 'infinity') END,
                    cursor_id = CASE WHEN last.ends THEN '' ELSE coalesce(last.id, '') END
                FROM place
                     LEFT JOIN last ON true
            )
            SELECT coalesce((SELECT ends FROM last), true) AS ends,
                   ARRAY(
                   SELECT transaction.id
                   FROM page AS transaction
        """ + NEWEST + " WHERE " + DIFFERS + ") AS missing";

    private static final String ADD =
            """
            INSERT INTO amount_revision (
                transaction_id, attempt, status, type, currency, network, crypto_amount, fiat_currency, fiat_amount, occurred_at,
                confirmed_at, period_at, replaces
            )
            SELECT transaction.id, transaction.attempt, transaction.status, transaction.type,
                   upper(transaction.currency COLLATE "C"),
                   upper(transaction.network COLLATE "C"),
            """ + AMOUNT.formatted("crypto_amount") + ", upper(transaction.fiat_currency COLLATE \"C\"), "
                    + AMOUNT.formatted("fiat_amount") + """
                   , transition.occurred_at, transition.confirmed_at,
                   CASE
                       WHEN NOT
            """ + COUNTS + """
                        THEN NULL
                       WHEN transition.occurred_at <= transition.confirmed_at + interval '24 h' THEN transition.occurred_at
                       ELSE coalesce(transition.confirmed_at, transaction.changed_at)
                   END,
                   newest.number IS NOT NULL
            FROM transaction
            """ + NEWEST + """
                 LEFT JOIN transition
                           ON transition.transaction_id = transaction.id
                              AND transition.attempt = transaction.attempt
                              AND transition.status = transaction.status
            WHERE transaction.id = ANY ($1::text[]) AND
            """ + DIFFERS
                    + " ORDER BY transaction.id";

    private final Pool pool;
    private final EventStore store;
    private final int page;
    private final Counter added;

    @Inject
    RevisionRepair(Pool pool, EventStore store, MeterRegistry meters) {
        this(pool, store, PAGE, meters);
    }

    RevisionRepair(Pool pool, EventStore store, int page, MeterRegistry meters) {
        this.pool = pool;
        this.store = store;
        this.page = page;
        this.added = Counter.builder("rampgate.books.revisions.added")
                .description("Amount revisions that were missing and that this replica added")
                .register(meters);
    }

    @Override
    public String name() {
        return "revision_repair";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Uni<Void> run() {
        return comparePages(PAGES, 0).call(this::report).chain(number -> store.knowWhatHasNoPlace());
    }

    private Uni<Integer> comparePages(int pages, int before) {
        return compare()
                .chain(compared -> compared.ends() || pages == 1
                        ? Uni.createFrom().item(before + compared.added())
                        : comparePages(pages - 1, before + compared.added()));
    }

    private Uni<Void> report(int number) {
        added.increment(number);
        if (number > 0) {
            LOG.warnf(
                    "%d transactions had changed without a revision in the books, as replicas of an older build change"
                            + " them: added, and known from now on",
                    number);
        }
        return Uni.createFrom().voidItem();
    }

    /**
     * What became of a page.
     *
     * @param added revisions that were missing
     * @param ends whether it was the last one, or another replica compares one: then there is nothing more to do now
     */
    record Compared(int added, boolean ends) {}

    /** Compares the next page, and adds what is missing in the same database transaction. */
    Uni<Compared> compare() {
        return pool.withTransaction(connection -> next(connection)
                .chain(next -> next.missing().isEmpty()
                        ? Uni.createFrom().item(new Compared(0, next.ends()))
                        : add(connection, next.missing()).map(number -> new Compared(number, next.ends()))));
    }

    /**
     * A page that was read.
     *
     * @param missing transactions that seem to lack a revision
     */
    record Next(List<String> missing, boolean ends) {}

    Uni<Next> next(SqlConnection connection) {
        return connection
                .preparedQuery(NEXT_PAGE)
                .execute(Tuple.of((long) page))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Next(List.of(row.getArrayOfStrings("missing")), row.getBoolean("ends"));
                });
    }

    /**
     * Compares them again under their locks, so that no batch can change them. Rows that a batch holds are left to the next pass: this never
     * waits for a lock, so it cannot be part of a deadlock.
     */
    private Uni<Integer> add(SqlConnection connection, List<String> ids) {
        return connection
                .preparedQuery("""
                        SELECT id
                        FROM transaction
                        WHERE id = ANY ($1::text[])
                        FOR NO KEY UPDATE SKIP LOCKED
                        """)
                .execute(Tuple.tuple().addArrayOfString(ids.toArray(String[]::new)))
                .map(rows -> {
                    List<String> locked = new ArrayList<>(rows.size());
                    rows.forEach(row -> locked.add(row.getString("id")));
                    return locked;
                })
                .chain(locked -> connection
                        .preparedQuery(ADD)
                        .execute(Tuple.tuple().addArrayOfString(locked.toArray(String[]::new))))
                .map(rows -> rows.rowCount());
    }
}
