package dev.rampgate.backoffice;

import dev.rampgate.database.Columns;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.pollqueue.PollRequests;
import dev.rampgate.pollqueue.PollSettings;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes transactions due for another poll when an operator asks for it, settled and abandoned ones, too. */
@ApplicationScoped
public class PollAgain {

    /** Most transactions of one call. */
    private static final int MOST = 10_000;

    private static final int CHUNK = 500;

    private final Pool pool;
    private final PollSettings polls;

    PollAgain(Pool pool, PollSettings polls) {
        this.pool = pool;
        this.polls = polls;
    }

    /**
     * What is due.
     *
     * @param transactions how many
     * @param nextFrom where the rest of the window begins; none if that were all
     */
    public record Due(int transactions, Optional<Instant> nextFrom) {}

    /**
     * One transaction, now; one that is unknown here is adopted if Proof knows it.
     *
     * @param together what is committed with it
     */
    public Uni<Due> one(String transactionId, TransactionStep together) {
        return makeDue(List.of(List.of(transactionId)), Duration.ZERO, together)
                .replaceWith(new Due(1, Optional.empty()));
    }

    /**
     * Those that were created in a window of time, the oldest first, spread over so long that they take half of the budget.
     *
     * @param from inclusive
     * @param to exclusive
     * @param together what is committed with the first of them
     */
    Uni<Due> window(Instant from, Instant to, TransactionStep together) {
        return pool.preparedQuery("""
                        SELECT id, created_at
                        FROM transaction
                        WHERE created_at >= $1 AND created_at < $2
                        ORDER BY created_at, id
                        LIMIT $3
                        """)
                .execute(Tuple.of(Columns.utc(from), Columns.utc(to), MOST + 1L))
                .chain(rows -> {
                    List<Row> found = new ArrayList<>();
                    rows.forEach(found::add);
                    List<String> ids = found.stream()
                            .limit(MOST)
                            .map(row -> row.getString("id"))
                            .toList();
                    Optional<Instant> nextFrom = found.size() > MOST
                            ? Optional.of(Columns.instant(found.get(MOST), "created_at"))
                            : Optional.empty();
                    return makeDue(ids, together).replaceWith(new Due(ids.size(), nextFrom));
                });
    }

    private Uni<Void> makeDue(List<String> ids, TransactionStep together) {
        Duration spread = Duration.ofMillis((long) (2_000 * ids.size() / polls.maxRate()));
        List<List<String>> chunks = new ArrayList<>();
        for (int start = 0; start == 0 || start < ids.size(); start += CHUNK) {
            chunks.add(ids.subList(start, Math.min(start + CHUNK, ids.size())));
        }
        return makeDue(chunks, spread, together);
    }

    private Uni<Void> makeDue(List<List<String>> chunks, Duration spread, TransactionStep together) {
        return Multi.createFrom()
                .iterable(chunks)
                .onItem()
                .transformToUniAndConcatenate(
                        chunk -> pool.withTransaction(connection -> PollRequests.makeDue(connection, chunk, spread)
                                .chain(() -> chunk == chunks.get(0)
                                        ? together.run(connection)
                                        : Uni.createFrom().voidItem())))
                .onItem()
                .ignoreAsUni();
    }
}
