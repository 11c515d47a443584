package dev.rampgate.outbox;

import dev.rampgate.database.Columns;
import dev.rampgate.ledger.AmountRevision;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Writes the amount revisions of one batch, on the batch's connection and in its database transaction. They are the books: unlike events they never
 * expire, and nothing in them says whose transaction it was. {@link EventStore#place} settles when each became known.
 */
public final class AmountRevisionWriter {

    /** What counts as an amount: a plain decimal, as the ledger spells all that it could read. */
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,64}(\\.[0-9]{1,64})?");

    private final SqlConnection connection;

    public AmountRevisionWriter(SqlConnection connection) {
        this.connection = connection;
    }

    /**
     * The statements that write these revisions, at most one; none is sent before it is subscribed to. Send it after those that write the batch's
     * transitions, from which it takes the times.
     *
     * @param revisions of each transaction in their order
     */
    public List<Uni<Void>> write(List<AmountRevision> revisions) {
        return revisions.isEmpty() ? List.of() : List.of(insert(revisions));
    }

    /** A time of Proof's that is more than a day after we saw it confirmed can only be wrong. */
    private Uni<Void> insert(List<AmountRevision> revisions) {
        return connection
                .preparedQuery("""
                        INSERT INTO amount_revision (
                            transaction_id, event_version, attempt, status, type, currency, network, crypto_amount, fiat_currency, fiat_amount,
                            occurred_at, confirmed_at, period_at, replaces
                        )
                        SELECT made.transaction_id, made.event_version, made.attempt, made.status, made.type, made.currency, made.network,
                               made.crypto_amount::numeric, made.fiat_currency, made.fiat_amount::numeric,
                               transition.occurred_at, transition.confirmed_at,
                               CASE
                                   WHEN NOT made.counts THEN NULL
                                   WHEN transition.occurred_at <= transition.confirmed_at + interval '24 h' THEN transition.occurred_at
                                   ELSE coalesce(transition.confirmed_at, $12)
                               END,
                               count(*) OVER (PARTITION BY made.transaction_id ORDER BY made.place) > 1
                                   OR EXISTS (
                                       SELECT
                                       FROM amount_revision AS earlier
                                       WHERE earlier.transaction_id = made.transaction_id
                                   )
                        FROM unnest(
                                 $1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                                 $10::text[], $11::boolean[]
                             ) WITH ORDINALITY AS made (
                                 transaction_id, event_version, attempt, status, type, currency, network, crypto_amount, fiat_currency,
                                 fiat_amount, counts, place
                             )
                             LEFT JOIN transition
                                       ON transition.transaction_id = made.transaction_id
                                          AND transition.attempt = made.attempt
                                          AND transition.status = made.status
                        ORDER BY made.place
                        """)
                .execute(Columns.of(revisions)
                        .text(revision -> revision.record().id())
                        .integer(AmountRevision::eventVersion)
                        .integer(revision -> revision.record().state().attempt())
                        .text(revision -> revision.record().state().status().wireName())
                        .text(revision -> revision.record().details().type())
                        .text(revision -> symbol(revision.record().details().currency()))
                        .text(revision -> symbol(revision.record().details().network()))
                        .text(revision -> amount(revision.record().details().cryptoAmount()))
                        .text(revision -> symbol(revision.record().details().fiatCurrency()))
                        .text(revision -> amount(revision.record().details().fiatAmount()))
                        .flag(AmountRevision::counts)
                        .and(Columns.utc(revisions.get(0).record().state().changedAt()))
                        .parameters())
                .replaceWithVoid();
    }

    /** In one spelling, so that sums do not fall apart. */
    private static String symbol(String spelled) {
        return spelled == null ? null : spelled.toUpperCase(Locale.ROOT);
    }

    private static String amount(String text) {
        return text != null && AMOUNT.matcher(text).matches() ? text : null;
    }
}
