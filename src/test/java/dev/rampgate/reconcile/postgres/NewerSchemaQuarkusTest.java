package dev.rampgate.reconcile.postgres;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A rolling update: a newer build has migrated the tables, and connections of this one have prepared their statements before. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class NewerSchemaQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** More than there are connections. */
    private static final int TIMES = 12;

    @Inject
    LedgerStore store;

    @Inject
    Pool pool;

    @Test
    void whatServedGoesOnWhenColumnsAreAdded() {
        String id = TestSession.open();
        loadAndRead(id);
        try {
            alterTables("ADD COLUMN of_a_newer_build text");

            loadAndRead(id);
            loadAndRead(TestSession.open());
        } finally {
            // Other tests have statements prepared that say *, on the same connections.
            alterTables("DROP COLUMN IF EXISTS of_a_newer_build");
        }
    }

    private void alterTables(String change) {
        for (String table : Set.of("transaction", "transition", "observation", "poll", "socket")) {
            pool.query("ALTER TABLE " + table + " " + change).execute().await().atMost(LIMIT);
        }
    }

    private void loadAndRead(String id) {
        for (int n = 0; n < TIMES; n++) {
            assertThat(store.inTransaction(unit -> unit.load(Set.of(id), Instant.now()))
                            .await()
                            .atMost(LIMIT))
                    .containsKey(id);
            given().get("/transactions/" + id).then().statusCode(200);
            given().get("/transactions").then().statusCode(200);
        }
    }
}
