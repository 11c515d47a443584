package dev.rampgate.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What PostgreSQL is told about the statements of a connection from the service's own pool. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class DatabasePoolQuarkusTest {

    private static final int TIMES = 10;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Longer than what the client keeps by itself. */
    private static final String STATEMENT =
            "SELECT count(*) FROM transaction WHERE id = $1 /* " + "long ".repeat(600) + "*/";

    @Inject
    Pool pool;

    @Test
    void aLongStatementIsPreparedOnceAndPlannedOnceWhateverItsParametersAre() {
        Row prepared = pool.withConnection(connection -> often(connection)
                        .chain(() -> connection.preparedQuery("""
                                        SELECT generic_plans, custom_plans
                                        FROM pg_prepared_statements
                                        WHERE statement = $1
                                        """).execute(Tuple.of(STATEMENT))))
                .await()
                .atMost(Duration.ofSeconds(20))
                .iterator()
                .next();

        assertThat(prepared.getLong("generic_plans")).isEqualTo(TIMES);
        assertThat(prepared.getLong("custom_plans")).isZero();
    }

    @Test
    void aTableThatWasEmptyWhenItWasAnalysedIsReadByIndex() {
        List<String> plan = pool
                .withConnection(connection -> Multi.createFrom()
                        .items(
                                "CREATE TEMPORARY TABLE day (id text PRIMARY KEY)",
                                "VACUUM ANALYZE day",
                                "EXPLAIN SELECT FROM day WHERE id = 'nobody'")
                        .onItem()
                        .transformToUniAndConcatenate(
                                statement -> connection.query(statement).execute())
                        .collect()
                        .last())
                .await()
                .atMost(Duration.ofSeconds(20))
                .stream()
                .map(row -> row.getString(0))
                .toList();

        assertThat(plan).first().asString().contains("Index").contains("day_pkey");
    }

    @Test
    void aConnectionWhoseServerCannotWriteIsDiscardedAndAllOthersWithIt() {
        List<Integer> before = processes();
        pool.withConnection(connection -> connection
                        .query("SET default_transaction_read_only = on")
                        .execute()
                        .chain(() -> connection
                                .query("UPDATE poll_budget SET name = name WHERE false")
                                .execute())
                        .onItemOrFailure()
                        .transform((done, failure) -> {
                            assertThat(failure).hasMessageContaining("25006");
                            return null;
                        }))
                .await()
                .atMost(LIMIT);

        assertThat(processes()).doesNotContainAnyElementsOf(before);
        for (int i = 0; i < 3 * TIMES; i++) {
            pool.query("UPDATE poll_budget SET name = name WHERE false")
                    .execute()
                    .onFailure(DatabaseFailure::isUnsent)
                    .retry()
                    .atMost(TIMES)
                    .await()
                    .atMost(LIMIT);
        }
    }

    @Test
    void aConnectionThatAnAdministratorEndsIsReplaced() {
        for (int i = 0; i < TIMES; i++) {
            pool.withConnection(connection -> connection
                            .query("SELECT pg_terminate_backend(pg_backend_pid())")
                            .execute()
                            .onItemOrFailure()
                            .transform((done, failure) -> failure))
                    .await()
                    .atMost(LIMIT);
            pool.query("SELECT 1")
                    .execute()
                    .onFailure(DatabaseFailure::isUnsent)
                    .retry()
                    .atMost(TIMES)
                    .await()
                    .atMost(LIMIT);
        }
    }

    /** Of several connections at once. */
    private List<Integer> processes() {
        return Multi.createFrom()
                .range(0, 5)
                .onItem()
                .transformToUni(n -> pool.query("SELECT pg_backend_pid() AS pid FROM pg_sleep(0.2)")
                        .execute()
                        // The pool may not have heard yet that it is closed.
                        .onFailure(DatabaseFailure::isUnsent)
                        .retry()
                        .atMost(TIMES)
                        .map(rows -> rows.iterator().next().getInteger("pid")))
                .merge(5)
                .collect()
                .asList()
                .await()
                .atMost(LIMIT);
    }

    private static Uni<Void> often(SqlConnection connection) {
        return Multi.createFrom()
                .range(0, TIMES)
                .onItem()
                .transformToUniAndConcatenate(
                        n -> connection.preparedQuery(STATEMENT).execute(Tuple.of("nobody-" + n)))
                .onItem()
                .ignoreAsUni();
    }
}
