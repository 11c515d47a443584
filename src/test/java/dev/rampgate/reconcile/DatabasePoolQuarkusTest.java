package dev.rampgate.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ProofAndDatabase;
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
import org.junit.jupiter.api.Test;

/** What PostgreSQL is told about the statements of a connection from the service's own pool. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class DatabasePoolQuarkusTest {

    private static final int TIMES = 10;

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
