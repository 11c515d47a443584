package dev.rampgate.reconcile.postgres;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.database.TransactionStep;
import dev.rampgate.outbox.EventFeed;
import dev.rampgate.outbox.delivery.EndpointOperations;
import dev.rampgate.outbox.delivery.EndpointView;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A rolling update: a newer build has migrated the tables, and connections of this one have prepared their statements before. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class NewerSchemaQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** More than there are connections. */
    private static final int TIMES = 12;

    private static final String ENDPOINT = "newer";

    private static final List<String> TABLES = List.of(
            "transaction",
            "transition",
            "observation",
            "poll",
            "socket",
            "event",
            "feed",
            "ledger_epoch",
            "endpoint",
            "delivery",
            "delivery_attempt");

    @Inject
    LedgerStore store;

    @Inject
    EventFeed feed;

    @Inject
    EndpointOperations endpoints;

    @Inject
    Pool pool;

    @Test
    void whatServedGoesOnWhenColumnsAreAdded() {
        register();
        String id = TestSession.open();
        loadAndRead(id);
        resendAndRead(id);
        try {
            alterTables("ADD COLUMN of_a_newer_build text");

            loadAndRead(id);
            resendAndRead(id);
            String other = TestSession.open();
            loadAndRead(other);
            resendAndRead(other);
        } finally {
            // Other tests have statements prepared that say *, on the same connections.
            alterTables("DROP COLUMN IF EXISTS of_a_newer_build");
            run("DELETE FROM delivery WHERE endpoint = '" + ENDPOINT + "'");
            run("DELETE FROM endpoint WHERE name = '" + ENDPOINT + "'");
        }
    }

    /** No replica sends to it. */
    private void register() {
        run("""
                INSERT INTO endpoint (name, types, known_at, position, paced_to, replay_paced_to, swept_to, replay_swept_to)
                VALUES ('%s', '{}', now(), 1000000000, now(), now(), '-infinity', '-infinity')
                """.formatted(ENDPOINT));
    }

    private void run(String statement) {
        pool.query(statement).execute().await().atMost(LIMIT);
    }

    /** The first event of a transaction gets its place, is read from the feed, and is queued for an endpoint. */
    private void resendAndRead(String id) {
        EndpointOperations.Filter ofEndpoint =
                new EndpointOperations.Filter(Optional.of(ENDPOINT), Optional.empty(), Optional.of(id));
        await().atMost(LIMIT).until(() -> readFeed().contains(id));
        for (int n = 0; n < TIMES; n++) {
            get(endpoints.pause(ENDPOINT, TransactionStep.NONE));
            get(endpoints.resend(id, Optional.of(1), Optional.of(ENDPOINT), TransactionStep.NONE));
            get(endpoints.resume(ENDPOINT, TransactionStep.NONE));
            assertThat(get(endpoints.endpoints()))
                    .extracting(EndpointView::name)
                    .contains(ENDPOINT);
            assertThat(get(endpoints.undelivered(ofEndpoint, Optional.empty(), 10))
                            .deliveries())
                    .hasSize(1);
        }
    }

    private String readFeed() {
        StringBuilder all = new StringBuilder();
        Optional<String> after = Optional.empty();
        EventFeed.Page page;
        do {
            page = get(feed.read(new EventFeed.Request(after, EventFeed.MOST_EVENTS, List.of(), Duration.ZERO)));
            all.append(page.json());
            after = Optional.of(new JsonObject(page.json()).getString("next"));
        } while (page.events() > 0);
        return all.toString();
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }

    private void alterTables(String change) {
        for (String table : TABLES) {
            run("ALTER TABLE " + table + " " + change);
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
