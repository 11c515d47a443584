package dev.rampgate.outbox.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.rampgate.database.ConnectionShare;
import dev.rampgate.database.StatementTurns;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.ledger.EventType;
import dev.rampgate.outbox.OutboxSettings;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.support.Certificates;
import dev.rampgate.support.LogListener;
import dev.rampgate.support.MigratedDatabase;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks to receivers over HTTP, from a real PostgreSQL; the time of retries is moved in the tables. */
class DeliveriesTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Shorter than in service, so that the tests wait for what they test. */
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private static final int CONCURRENCY = 16;

    private static final String SECRET = secret(1);
    private static final String OTHER_SECRET = secret(2);

    private static MigratedDatabase database;
    private static Vertx vertx;
    private static Pool pool;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private long position;

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        vertx = Vertx.vertx();
        pool = Pool.newInstance(PgBuilder.pool()
                .connectingTo(database.options())
                .with(new PoolOptions().setMaxSize(20))
                .using(vertx)
                .build());
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void empty() {
        sql(
                "TRUNCATE event, endpoint, delivery, delivery_attempt; UPDATE feed SET last_position = 0, expired_position = 0");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM pg_locks WHERE relation = 'endpoint'::regclass") == 0);
    }

    // --- what arrives, and in which order

    @Test
    void everyRequestHasTheFrozenBytesAndASignatureThatThePublicLibraryVerifies() {
        Receiver receiver = receiver();
        registered("orders");
        event("t-1", 1, "transaction.opened", "Zoë – 漢字 \\u0000 𝄞");
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 1);
        Receiver.Received request = receiver.received().get(0);
        assertThat(request.verified()).isTrue();
        assertThat(request.body()).isEqualTo(text("SELECT body FROM event"));
        assertThat(request.id()).isEqualTo(text("SELECT id FROM event"));
        awaitEmptyQueue();
        assertThat(text("SELECT outcome || ' ' || status FROM delivery_attempt"))
                .isEqualTo("delivered 204");
    }

    @Test
    void twoReplicasDeliverEveryEventInTheOrderOfItsVersionsWhateverTheReceiverDoes() {
        Receiver receiver = receiver();
        SplittableRandom random = new SplittableRandom(7);
        receiver.behave((event, request) -> {
            switch (random.nextInt(8)) {
                case 0 -> Receiver.answer(request, 500);
                case 1 -> Receiver.answer(request, 429);
                case 2 -> Receiver.answer(request, 404);
                case 3 -> request.connection().close();
                case 4 -> vertx.setTimer(1 + random.nextInt(30), later -> Receiver.answer(request, 200));
                default -> Receiver.answer(request, 204);
            }
        });
        registered("orders");
        Endpoint endpoint = endpoint("orders", receiver.url());
        replica(endpoint);
        replica(endpoint);
        for (int version = 1; version <= 8; version++) {
            for (int transaction = 0; transaction < 20; transaction++) {
                event("t-" + transaction, version);
            }
        }

        awaitHastened(() -> new HashSet<>(receiver.deliveredNames()).size() == 160);
        assertInOrder(receiver);
        assertThat(receiver.received()).allMatch(Receiver.Received::verified);
        assertOneBodyEach(receiver);
        awaitHastened(() -> number("SELECT count(*) FROM delivery") == 0);
    }

    @Test
    void onlyTheTypesOfTheEndpointAreSent() {
        Receiver receiver = receiver();
        Endpoint all = endpoint("orders", receiver.url());
        registered("orders");
        event("t-1", 1, "transaction.opened", "");
        event("t-1", 2, "transaction.updated", "");
        event("t-1", 3, "transaction.completed", "");
        replica(new Endpoint(
                all.name(), all.url(), all.secretsFile(), List.of(EventType.COMPLETED), all.timeout(), 16, 500));

        await().atMost(LIMIT)
                .until(() -> number("SELECT position FROM endpoint") == 3
                        && receiver.delivered().size() == 1);
        assertThat(receiver.deliveredNames()).containsExactly("t-1 3");
    }

    @Test
    void aNewEndpointStartsAtThePresentAndOneThatWasAwayGoesOnWhereItWas() {
        Receiver receiver = receiver();
        event("before", 1);
        Replica first = replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM endpoint") == 1);
        event("t-1", 1);
        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-1 1")));
        first.close();
        // No replica has it in its settings now.
        event("t-2", 1);
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-1 1", "t-2 1")));
    }

    @Test
    void whatIsBeingDeliveredGoesOnWhenANewerBuildAddsColumns() {
        Receiver receiver = receiver();
        registered("orders");
        replica(endpoint("orders", receiver.url()));
        event("t-1", 1);
        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-1 1")));
        List<String> tables = List.of("event", "feed", "endpoint", "delivery", "delivery_attempt");
        try {
            tables.forEach(table -> sql("ALTER TABLE " + table + " ADD COLUMN of_a_newer_build text"));
            event("t-1", 2);
            event("t-2", 1);

            await().atMost(LIMIT).until(() -> receiver.delivered().size() == 3);
            awaitEmptyQueue();
            assertThat(number("SELECT count(*) FROM delivery_attempt")).isEqualTo(3);
        } finally {
            tables.forEach(table -> sql("ALTER TABLE " + table + " DROP COLUMN IF EXISTS of_a_newer_build"));
        }
    }

    @Test
    void anErasedBodyIsSentUnderTheSameId() {
        Receiver receiver = receiver();
        receiver.answerAll(500);
        registered("orders");
        event("t-1", 1, "transaction.opened", "someone@example.com");
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> receiver.received().size() == 1);
        sql("UPDATE event SET body = replace(body, 'someone@example.com', 'redacted')");
        receiver.answerAll(200);

        awaitHastened(() -> receiver.delivered().size() == 1);
        assertThat(receiver.delivered().get(0).id())
                .isEqualTo(receiver.received().get(0).id());
        assertThat(receiver.delivered().get(0).body()).contains("redacted").doesNotContain("someone@example.com");
    }

    // --- what goes wrong

    @Test
    void aDeadEndpointGetsProbesOnlyAndDelaysNoOtherAndGetsEverythingWhenItHeals() {
        Receiver dead = receiver();
        Receiver good = receiver();
        dead.answerAll(503);
        registered("dead", "good");
        replica(endpoint("dead", dead.url()), endpoint("good", good.url()));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            event("t-" + i, 1);
            names.add("t-" + i + " 1");
        }

        await().atMost(LIMIT).until(() -> names.equals(new HashSet<>(good.deliveredNames())));
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM endpoint WHERE open_since IS NOT NULL") == 1);
        int before = dead.received().size();
        assertThat(before).isLessThan(30);
        int probes = (int) number("SELECT probes FROM endpoint WHERE name = 'dead'");
        for (int probe = 1; probe <= 4; probe++) {
            int tried = before + probe;
            sql("UPDATE endpoint SET probe_at = now() WHERE name = 'dead' AND probe_at <= now() + interval '70 s'");
            await().atMost(LIMIT).until(() -> dead.received().size() >= tried);
        }
        assertThat(dead.received().stream().skip(before).map(Receiver.Received::name))
                .doesNotHaveDuplicates();
        assertThat(number("SELECT max(attempts) FROM delivery WHERE endpoint = 'dead'"))
                .isLessThanOrEqualTo(2);
        assertThat(probes).isLessThanOrEqualTo(6);
        dead.answerAll(200);
        sql("UPDATE endpoint SET probe_at = now() WHERE name = 'dead'");

        await().atMost(LIMIT).until(() -> names.equals(new HashSet<>(dead.deliveredNames())));
    }

    @Test
    void theFirstOutageOpensTheCircuitAndOneBrokenEventKeepsItsTimeAndHoldsUpNoOther() {
        Receiver receiver = receiver();
        receiver.behave(
                (event, request) -> Receiver.answer(request, event.name().equals("bad 1") ? 500 : 200));
        registered("orders");
        event("bad", 1);
        for (int i = 0; i < 20; i++) {
            event("t-" + i, 1);
        }
        replica(oneAtATime(receiver));

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 20);
        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM delivery_attempt WHERE transaction_id = 'bad'") >= 2);
        // The success of the others did not hasten it: the pause before the second attempt is 2 s, give or take a
        // tenth.
        assertThat(text("""
                        SELECT (pause >= interval '1.5 s')::text
                        FROM (
                            SELECT number, attempted_at - lag(attempted_at) OVER (ORDER BY number) AS pause
                            FROM delivery_attempt
                            WHERE transaction_id = 'bad'
                        ) AS one
                        WHERE pause IS NOT NULL
                        ORDER BY number
                        LIMIT 1
                        """)).isEqualTo("true");
    }

    @Test
    void aBrokenEventThatIsAloneDoesNotKeepLaterOnesFromBeingSent() {
        Receiver receiver = receiver();
        receiver.behave(
                (event, request) -> Receiver.answer(request, event.name().equals("bad 1") ? 500 : 200));
        registered("orders");
        event("bad", 1);
        replica(oneAtATime(receiver));
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM endpoint WHERE open_since IS NOT NULL") == 1);
        for (int i = 0; i < 20; i++) {
            event("t-" + i, 1);
        }

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 20);
    }

    @Test
    void aBrokenEventThatIsAloneKeepsItsTimeAndItsAttemptsWhileOthersAreDelivered() {
        Receiver receiver = receiver();
        receiver.behave(
                (event, request) -> Receiver.answer(request, event.name().equals("bad 1") ? 500 : 200));
        registered("orders");
        event("bad", 1);
        replica(oneAtATime(receiver));
        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM endpoint WHERE open_since IS NOT NULL AND probes > 1") == 1);
        await().atMost(LIMIT).until(() -> number("""
                WITH later AS (
                    UPDATE delivery
                    SET attempts = 2, due_at = now() + interval '1 h'
                    WHERE claim IS NULL
                    RETURNING endpoint
                ), unprobed AS (
                    UPDATE endpoint
                    SET probe_at = now() + interval '1 h'
                    FROM later
                    WHERE name = endpoint
                    RETURNING name
                )
                SELECT count(*) FROM unprobed""") == 1);

        event("t-1", 1);
        await().atMost(LIMIT).until(() -> receiver.deliveredNames().contains("t-1 1"));
        event("t-2", 1);
        await().atMost(LIMIT).until(() -> receiver.deliveredNames().contains("t-2 1"));
        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM delivery") == 1
                        && number("SELECT count(*) FROM endpoint WHERE open_since IS NULL") == 1);
        assertThat(number("""
                SELECT count(*)
                FROM delivery
                WHERE transaction_id = 'bad' AND attempts = 2 AND due_at > now() + interval '50 m'""")).isEqualTo(1);
    }

    @Test
    void allRetriesAreDueWhenTheEndpointWorksAgainButOfEventsThatFailedBeforeItWasAway() {
        Receiver receiver = receiver();
        receiver.answerAll(500);
        registered("orders");
        event("t-1", 1);
        event("t-2", 1);
        event("t-3", 1);
        replica(oneAtATime(receiver));
        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM endpoint WHERE open_since IS NOT NULL AND outages > 1") == 1
                        && number("SELECT count(*) FROM delivery WHERE failing_since IS NOT NULL") == 3);
        await().atMost(LIMIT).until(() -> number("""
                WITH locked AS MATERIALIZED (
                    SELECT name FROM endpoint FOR NO KEY UPDATE
                ), later AS (
                    UPDATE delivery
                    SET attempts = 5,
                        due_at = now() + interval '1 h',
                        failing_since = failing_since - CASE WHEN transaction_id = 't-1' THEN interval '1 h' ELSE '0' END
                    FROM locked
                    WHERE NOT EXISTS (SELECT FROM delivery AS sent WHERE sent.claim IS NOT NULL)
                    RETURNING position
                )
                SELECT count(*) FROM later""") == 3);
        receiver.behave(
                (event, request) -> Receiver.answer(request, event.name().equals("t-1 1") ? 500 : 200));

        await().atMost(LIMIT).until(() -> new HashSet<>(receiver.deliveredNames()).equals(Set.of("t-2 1", "t-3 1")));
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM endpoint WHERE open_since IS NULL") == 1);
        assertThat(number("SELECT attempts FROM delivery WHERE transaction_id = 't-1'"))
                .isEqualTo(5);
    }

    @Test
    void severalBrokenEventsUseNoMoreThanOneAttemptEarlyEachWhileOthersAreDelivered() {
        Receiver receiver = receiver();
        receiver.behave(
                (event, request) -> Receiver.answer(request, event.transaction().startsWith("bad") ? 500 : 200));
        registered("orders");
        event("bad-1", 1);
        event("bad-2", 1);
        event("bad-3", 1);
        replica(oneAtATime(receiver));
        for (int i = 0; i < 12; i++) {
            String name = "t-" + i;
            event(name, 1);
            await().atMost(LIMIT).until(() -> receiver.deliveredNames().contains(name + " 1"));
        }

        // The third attempt has its time 10 s after the second, give or take a tenth.
        assertThat(number("SELECT count(*) FROM delivery WHERE attempts > 2 AND event_at > now() - interval '8 s'"))
                .isZero();
        awaitHastened(() -> number("SELECT count(*) FROM delivery WHERE attempts >= 2") == 3);
    }

    private Endpoint oneAtATime(Receiver receiver) {
        return new Endpoint(
                "orders", receiver.url(), secretsFile("orders", SECRET), List.of(), Duration.ofSeconds(2), 1, 500);
    }

    @Test
    void retryAfterDelaysTheEndpointAndUsesNoAttempt() {
        Receiver receiver = receiver();
        receiver.behave((event, request) -> request.response()
                .setStatusCode(429)
                .putHeader("Retry-After", "1800")
                .end());
        registered("orders");
        event("t-1", 1);
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM endpoint WHERE probe_at > now() + interval '1700 s'") == 1);
        event("t-2", 1);
        assertThat(number("SELECT attempts FROM delivery")).isZero();
        assertThat(receiver.received()).hasSize(1);
        receiver.answerAll(200);
        sql("UPDATE endpoint SET probe_at = now()");
        await().atMost(LIMIT).until(() -> new HashSet<>(receiver.deliveredNames()).equals(Set.of("t-1 1", "t-2 1")));
    }

    @Test
    void anEndpointThatIsGoneIsPausedAndKeepsItsEvents() {
        Receiver receiver = receiver();
        receiver.answerAll(410);
        registered("orders");
        event("t-1", 1);
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT).until(() -> "gone".equals(text("SELECT coalesce(paused_because, '') FROM endpoint")));
        event("t-1", 2);
        assertThat(meters.counter("rampgate.alarms", "alarm", "endpoint_paused").count())
                .isEqualTo(1);
        receiver.answerAll(200);
        sql("UPDATE endpoint SET paused_because = NULL, paused_at = NULL");
        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-1 1", "t-1 2")));
    }

    @Test
    void anAnswerFromBeforeAResumeDoesNotPauseTheEndpointAgain() {
        Receiver receiver = receiver();
        List<HttpServerRequest> held = new CopyOnWriteArrayList<>();
        receiver.behave((event, request) -> {
            if (receiver.received().size() == 1) {
                held.add(request);
            } else {
                Receiver.answer(request, 200);
            }
        });
        registered("orders");
        event("t-1", 1);
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> held.size() == 1);
        get(operations().resume("orders", TransactionStep.NONE));

        Receiver.answer(held.get(0), 410);

        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-1 1")));
        assertThat(number("SELECT count(*) FROM endpoint WHERE paused_at IS NULL"))
                .isEqualTo(1);
        assertThat(text("SELECT string_agg(outcome, ' ' ORDER BY number) FROM delivery_attempt"))
                .startsWith("gone");
    }

    /** The request of a first replica, whose lease ended before it was answered; a second one got this status for the same event. */
    private HttpServerRequest heldBeyondItsLease(Receiver receiver, int status) {
        List<HttpServerRequest> held = new CopyOnWriteArrayList<>();
        receiver.behave((event, request) -> {
            if (receiver.received().size() == 1) {
                held.add(request);
            } else {
                Receiver.answer(request, status);
            }
        });
        registered("orders");
        event("t-1", 1);
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> held.size() == 1);
        hasten("");
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT)
                .until(() ->
                        number("SELECT count(*) FROM delivery WHERE attempts = 1 AND last_status = " + status) == 1);
        return held.get(0);
    }

    @Test
    void aReplicaWhoseLeaseEndedCannotPauseTheEndpoint() {
        Receiver receiver = receiver();
        HttpServerRequest held = heldBeyondItsLease(receiver, 422);

        Receiver.answer(held, 410);
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM delivery_attempt WHERE outcome = 'gone'") == 1);

        assertThat(number("SELECT count(*) FROM endpoint WHERE paused_at IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void aRejectedEventConcernsItsTransactionAloneAndIsParkedInTheEnd() {
        Receiver receiver = receiver();
        receiver.behave(
                (event, request) -> Receiver.answer(request, event.name().equals("bad 1") ? 422 : 200));
        registered("orders");
        event("bad", 1);
        event("bad", 2);
        for (int i = 0; i < 50; i++) {
            event("t-" + i, 1);
        }
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 50);
        assertThat(number("SELECT count(*) FROM endpoint WHERE open_since IS NULL"))
                .isEqualTo(1);
        awaitHastened(() -> receiver.deliveredNames().contains("bad 2"));
        assertThat(number("SELECT count(*) FROM delivery WHERE parked_at IS NOT NULL"))
                .isEqualTo(1);
        assertThat(receiver.received().stream().filter(one -> one.name().equals("bad 1")))
                .hasSize(RetryLadder.ATTEMPTS);
        assertThat(meters.counter("rampgate.alarms", "alarm", "delivery_parked").count())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"302, rejected", "400, rejected", "500, failed", "503, failed", "429, throttled", "700, failed"})
    void aStatusIsNotedByItsClass(int status, String outcome) {
        Receiver receiver = receiver();
        Receiver elsewhere = receiver();
        receiver.behave((event, request) -> request.response()
                .setStatusCode(status)
                .putHeader("Location", elsewhere.url().toString())
                .end());
        assertNoted(receiver.url(), outcome);
        assertThat(elsewhere.received()).isEmpty();
    }

    @Test
    void aReceiverThatNeverAnswersIsATimeout() {
        Receiver receiver = receiver();
        receiver.behave((event, request) -> {});
        assertNoted(receiver.url(), "timeout");
    }

    @Test
    void aReceiverThatEndsTheConnectionIsUnreachable() {
        Receiver receiver = receiver();
        receiver.behave((event, request) -> request.connection().close());
        assertNoted(receiver.url(), "unreachable");
    }

    @Test
    void aPortWhereNoOneListensAndOneWithoutTlsAreUnreachable() {
        assertNoted(URI.create("http://127.0.0.1:" + ProofAndDatabase.freePort() + "/"), "unreachable");
        empty();
        assertNoted(URI.create("https://127.0.0.1:" + receiver().url().getPort() + "/"), "unreachable");
    }

    @Test
    void aReceiverWhoseTlsIsWrongIsUnreachableAndOpensTheCircuitAndNothingSecretIsLogged() {
        Certificates.Authority authority = Certificates.Authority.in(folder);
        Map<String, URI> wrong = new LinkedHashMap<>();
        wrong.put(
                "expired",
                tlsReceiver(authority.sign("old", "localhost", "-startdate", "-3d", "-validity", "1"))
                        .url());
        wrong.put(
                "not valid yet",
                tlsReceiver(authority.sign("new", "localhost", "-startdate", "+3d"))
                        .url());
        wrong.put(
                "of another host",
                tlsReceiver(authority.sign("other", "elsewhere.test")).url());
        wrong.put(
                "signed by itself",
                tlsReceiver(Certificates.selfSigned(folder, "self")).url());
        Receiver right = tlsReceiver(authority.sign("right", "localhost"));
        wrong.put("no TLS", URI.create("https://localhost:" + receiver().url().getPort() + "/hooks?from=rampgate"));
        wrong.put("TLS for http", URI.create("http://localhost:" + right.url().getPort() + "/hooks?from=rampgate"));
        // What the platform trusts is what a sender trusts.
        System.setProperty("javax.net.ssl.trustStore", authority.trusted().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", Certificates.Authority.password());
        try (LogListener log = LogListener.on("")) {
            wrong.forEach(this::assertUnreachable);
            empty();
            position = 0;
            registered("orders");
            event("t-1", 1);
            replica(endpoint("orders", right.url()));
            await().atMost(LIMIT).until(() -> right.deliveredNames().equals(List.of("t-1 1")));

            assertThat(List.copyOf(log.logged()))
                    .extracting(ExtLogRecord::getFormattedMessage)
                    .anyMatch(line -> line.contains("Endpoint orders does not take events: its circuit is open"))
                    .noneMatch(line -> line.contains(SECRET) || line.contains("hooks") || line.contains("secret body"));
            assertThat(List.copyOf(log.logged()))
                    .allMatch(line -> line.getThrown() == null
                            || !String.valueOf(line.getThrown()).contains("hooks"));
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    private Receiver tlsReceiver(Certificates certificates) {
        Receiver receiver = new Receiver(
                vertx,
                new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(certificates.certificate().toString())
                                .setKeyPath(certificates.key().toString())),
                SECRET);
        open.add(receiver);
        return receiver;
    }

    private void assertUnreachable(String what, URI url) {
        empty();
        position = 0;
        registered("orders");
        for (int i = 1; i <= EndpointState.SEVERAL; i++) {
            event("t-" + i, 1, "transaction.opened", "secret body");
        }
        Replica replica = replica(endpoint("orders", url));
        await(what)
                .atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM endpoint WHERE open_since IS NOT NULL") == 1);
        replica.close();
        assertThat(number("SELECT count(*) FROM delivery_attempt WHERE outcome <> 'unreachable'"))
                .as(what)
                .isZero();
        assertThat(number("SELECT count(*) FROM delivery")).as(what).isEqualTo(EndpointState.SEVERAL);
    }

    @Test
    void aServerThatAnswersWithNonsenseIsUnreachable() throws IOException {
        ServerSocket socket = new ServerSocket(0);
        open.add(socket);
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Socket one = socket.accept();
                    one.getOutputStream().write("nonsense\r\n\r\n".getBytes());
                    one.close();
                }
            } catch (IOException closed) {
                // The test has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
        assertNoted(URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/"), "unreachable");
    }

    @Test
    void aSlowOrEndlessBodyOfASuccessIsDropped() {
        Receiver receiver = receiver();
        receiver.behave((event, request) -> {
            request.response().setChunked(true).setStatusCode(200).write("x".repeat(20_000));
            drip(request);
        });
        registered("orders");
        for (int i = 0; i < 40; i++) {
            event("t-" + i, 1);
        }
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM delivery_attempt WHERE outcome = 'delivered'") == 40);
        awaitEmptyQueue();
    }

    @Test
    void aBodyThatHangsAfterTheStatusTakesNoConnectionFromLaterEvents() {
        Receiver receiver = receiver();
        Endpoint endpoint = endpoint("orders", receiver.url());
        int connections = CONCURRENCY + endpoint.replayConcurrency() + 1;
        AtomicInteger requests = new AtomicInteger();
        receiver.behave((event, request) -> {
            // The first ones are taken at once, and their bodies never end; the others take half a second.
            if (requests.incrementAndGet() <= connections) {
                request.response().setChunked(true).setStatusCode(200).write("x");
            } else {
                vertx.setTimer(500, later -> Receiver.answer(request, 204));
            }
        });
        registered("orders");
        for (int i = 0; i < 3 * CONCURRENCY; i++) {
            event("t-" + i, 1);
        }
        replica(endpoint);

        await().atMost(LIMIT)
                .until(() ->
                        number("SELECT count(*) FROM delivery_attempt WHERE outcome = 'delivered'") == 3 * CONCURRENCY);
        assertThat(number("SELECT count(*) FROM delivery_attempt WHERE outcome <> 'delivered'"))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "120, 120",
        "' 7 ', 7",
        "0, 1",
        "999999999, 3600",
        "99999999999999999999999999, 3600",
        "'Sat, 02 May 2026 08:00:30 GMT', 30",
        "'Sat, 02 May 2026 07:00:00 GMT', 1",
        "'Fri, 31 Dec 9999 23:59:59 GMT', 3600",
        "-5, ",
        "1.5, ",
        "soon, ",
        "'', "
    })
    void retryAfterIsReadInSecondsOrAsADateAndHasABound(String header, Long seconds) {
        Instant now = Instant.parse("2026-05-02T08:00:00Z");

        assertThat(WebhookSender.retryAfter(header, now))
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }

    @Test
    void aReplicaThatStopsWhileItsClaimsAreBeingCommittedMarksWhatItSends() {
        Receiver receiver = receiver();
        registered("orders");
        event("t-1", 1);
        Endpoint endpoint = endpoint("orders", receiver.url());
        VertxEventLoop loop = new VertxEventLoop(vertx);
        HeldAnswer turns = new HeldAnswer();
        SecretsFiles secrets = new SecretsFiles(List.of(endpoint), secretsOf(List.of(endpoint)), vertx, meters);
        WebhookSender sender = new WebhookSender(endpoint, secrets, vertx, Clock.systemUTC());
        open.add(sender);
        EndpointDeliveries deliveries = new EndpointDeliveries(
                endpoint,
                new DeliveryStore(pool),
                turns,
                sender::post,
                loop,
                INTERVAL,
                System::nanoTime,
                new SplittableRandom(1),
                new DeliveryMetrics("orders", Clock.systemUTC(), meters));
        deliveries.start();
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM delivery WHERE claim IS NOT NULL") == 1);

        deliveries.stop();
        AtomicBoolean stopSeen = new AtomicBoolean();
        loop.execute(() -> loop.execute(() -> stopSeen.set(true)));
        await().atMost(LIMIT).untilTrue(stopSeen);
        turns.release();

        awaitEmptyQueue();
        await().atMost(LIMIT).until(deliveries::isStopped);
        assertThat(receiver.deliveredNames()).containsExactly("t-1 1");
    }

    @Test
    void anAttemptThatCannotBeginIsMarkedAsUnreachable() {
        registered("orders");
        event("t-1", 1);
        Endpoint endpoint = endpoint("orders", URI.create("http://unused.test"));
        HeldAnswer turns = new HeldAnswer();
        turns.release();
        EndpointDeliveries deliveries = new EndpointDeliveries(
                endpoint,
                new DeliveryStore(pool),
                turns,
                (id, body) -> {
                    throw new IllegalStateException("closed");
                },
                new VertxEventLoop(vertx),
                INTERVAL,
                System::nanoTime,
                new SplittableRandom(1),
                new DeliveryMetrics("orders", Clock.systemUTC(), meters));
        deliveries.start();

        await().atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM delivery_attempt WHERE outcome = 'unreachable'") == 1);
        deliveries.stop();
        await().atMost(LIMIT).until(deliveries::isStopped);
    }

    /** Holds the answer of the first statement that follows the look for work: what it did is committed, and its replica does not know it. */
    private static final class HeldAnswer implements StatementTurns {
        private final AtomicInteger statements = new AtomicInteger();
        private final CompletableFuture<Void> released = new CompletableFuture<>();

        @Override
        public <T> Uni<T> within(Supplier<Uni<T>> statement) {
            Uni<T> answer = statement.get();
            return statements.incrementAndGet() == 2
                    ? answer.call(() -> Uni.createFrom().completionStage(released))
                    : answer;
        }

        void release() {
            released.complete(null);
        }
    }

    private static void drip(HttpServerRequest request) {
        vertx.setTimer(50, later -> {
            if (!request.response().closed()) {
                request.response().write("x").onSuccess(done -> drip(request));
            }
        });
    }

    @Test
    void aReplicaWhoseLeaseEndedCannotMark() {
        Receiver receiver = receiver();
        HttpServerRequest held = heldBeyondItsLease(receiver, 503);

        Receiver.answer(held, 200);
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM delivery_attempt") == 2);

        assertThat(number("SELECT count(*) FROM delivery WHERE attempts = 1 AND last_status = 503"))
                .isEqualTo(1);
        assertThat(meters.counter("rampgate.outbox.delivery.claims.lost", "endpoint", "orders")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aClaimOfAReplicaThatEndedIsTakenByAnotherAfterItsLease() {
        Receiver receiver = receiver();
        registered("orders");
        event("t-1", 1);
        sql("""
                INSERT INTO delivery (endpoint, queue, position, transaction_id, version, event_at, waiting, due_at, claim)
                VALUES ('orders', 0, 1, 't-1', 1, now(), false, now() + interval '15 s', gen_random_uuid());
                UPDATE endpoint SET position = 1
                """);
        event("t-2", 1);
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-2 1")));
        hasten("");

        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-2 1", "t-1 1")));
    }

    @Test
    void anEventThatTheRetentionDeletedIsMissedAndAlarmedAndBlocksNothing() {
        Receiver receiver = receiver();
        receiver.answerAll(500);
        registered("orders");
        event("t-1", 1);
        event("t-1", 2);
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM delivery WHERE attempts = 1") == 1);
        sql("DELETE FROM event WHERE position = 1; UPDATE feed SET expired_position = 1");
        receiver.answerAll(200);

        awaitHastened(() -> receiver.deliveredNames().equals(List.of("t-1 2")));
        assertThat(meters.counter("rampgate.outbox.delivery.missed", "endpoint", "orders")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aRateIsKept() {
        Receiver receiver = receiver();
        Endpoint fast = endpoint("orders", receiver.url());
        registered("orders");
        for (int i = 0; i < 30; i++) {
            event("t-" + i, 1);
        }
        long begun = System.nanoTime();
        replica(new Endpoint(fast.name(), fast.url(), fast.secretsFile(), List.of(), fast.timeout(), 16, 20));

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 30);
        // 20 a second, of which 4 may go at once.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1_200));
    }

    // --- what an operator does

    @Test
    void aPausedEndpointKeepsItsEventsAndGetsReplaysAndGoesOnWhenItIsResumed() {
        Receiver receiver = receiver();
        registered("orders");
        replica(endpoint("orders", receiver.url()));
        event("t-1", 1);
        event("t-1", 2);
        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 2);
        assertThat(get(operations().pause("orders", TransactionStep.NONE))).isTrue();
        event("t-2", 1);

        assertThat(get(operations().resend("t-1", Optional.empty(), Optional.of("orders"), TransactionStep.NONE)))
                .isEqualTo(2);
        await().atMost(LIMIT)
                .until(() -> receiver.deliveredNames().equals(List.of("t-1 1", "t-1 2", "t-1 1", "t-1 2")));
        EndpointView paused = get(operations().endpoints()).get(0);
        assertThat(paused.state()).isEqualTo(EndpointView.State.PAUSED);
        assertThat(paused.pausedBecause()).isEqualTo("operator");
        assertThat(paused.behind()).isEqualTo(1);
        assertThat(paused.oldestAt()).isNotNull();
        assertThat(get(operations().resume("orders", TransactionStep.NONE))).isTrue();

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 5);
        assertThat(receiver.received().stream().map(Receiver.Received::id).distinct())
                .hasSize(3);
        assertThat(get(operations().pause("unheard", TransactionStep.NONE))).isFalse();
        assertThat(get(operations().resume("unheard", TransactionStep.NONE))).isFalse();
    }

    @Test
    void aParkedEventIsSentWhenItIsResent() {
        Receiver receiver = receiver();
        receiver.answerAll(400);
        registered("orders");
        event("t-1", 1);
        replica(endpoint("orders", receiver.url()));
        awaitHastened(() -> number("SELECT count(*) FROM delivery WHERE parked_at IS NOT NULL") == 1);
        EndpointOperations.Filter parked =
                new EndpointOperations.Filter(Optional.of("orders"), Optional.of(true), Optional.of("t-1"));
        assertThat(get(operations().undelivered(parked, Optional.empty(), 10)).deliveries())
                .extracting(
                        DeliveryView::state,
                        DeliveryView::lastOutcome,
                        DeliveryView::lastStatus,
                        DeliveryView::attempts)
                .containsExactly(tuple("parked", "rejected", 400, RetryLadder.ATTEMPTS));
        receiver.answerAll(200);

        assertThat(get(operations().resend("t-1", Optional.of(1), Optional.empty(), TransactionStep.NONE)))
                .isEqualTo(1);

        await().atMost(LIMIT).until(() -> receiver.deliveredNames().equals(List.of("t-1 1")));
        awaitEmptyQueue();
        assertThat(get(operations().delivered("t-1", Optional.empty()))).hasSize(1);
    }

    @Test
    void aResentTransactionIsSentInItsOrderAlsoWhileALaterEventOfItIsBeingResent() {
        Receiver receiver = receiver();
        registered("orders");
        for (int version = 1; version <= 4; version++) {
            event("t-1", version);
        }
        Replica replica = replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 4);
        awaitEmptyQueue();
        replica.close();
        get(operations().resend("t-1", Optional.of(3), Optional.empty(), TransactionStep.NONE));
        assertThat(get(operations().resend("t-1", Optional.empty(), Optional.empty(), TransactionStep.NONE)))
                .isEqualTo(3);
        replica(endpoint("orders", receiver.url()));

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 8);
        assertThat(receiver.deliveredNames().subList(4, 8)).containsExactly("t-1 3", "t-1 1", "t-1 2", "t-1 4");
    }

    @Test
    void aWindowIsCountedAndSentAgainWithoutBlockingLiveEvents() {
        Receiver receiver = receiver();
        registered("orders");
        for (int i = 0; i < 30; i++) {
            event("t-" + i, 1);
        }
        Instant to = Instant.now().plusSeconds(1);
        sql("UPDATE event SET created_at = created_at - interval '1 h' WHERE position <= 10");
        replica(endpoint("orders", receiver.url()));
        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 30);
        awaitEmptyQueue();

        assertThat(get(operations().countWindow("orders", to.minusSeconds(600), to)))
                .isEqualTo(20);
        assertThat(get(operations().countWindow("orders", to.minusSeconds(7_200), to.minusSeconds(600))))
                .isEqualTo(10);
        assertThat(get(operations().replay("orders", to.minusSeconds(600), to, TransactionStep.NONE)))
                .isEqualTo(20);
        event("live", 1);

        await().atMost(LIMIT).until(() -> receiver.delivered().size() == 51);
        assertThat(new HashSet<>(receiver.deliveredNames())).hasSize(31);
        awaitEmptyQueue();
    }

    @Test
    void deliveriesAreListedPageByPage() {
        registered("books", "orders");
        for (int i = 0; i < 5; i++) {
            event("t-" + i, 1);
        }
        sql("""
                INSERT INTO delivery (endpoint, queue, position, transaction_id, version, event_at, waiting, due_at)
                SELECT name, 0, event.position, transaction_id, version, created_at, false, now() + interval '1 h'
                FROM event CROSS JOIN endpoint
                """);
        EndpointOperations.Filter all =
                new EndpointOperations.Filter(Optional.empty(), Optional.empty(), Optional.empty());
        List<String> read = new ArrayList<>();
        Optional<EndpointOperations.Place> after = Optional.empty();
        do {
            EndpointOperations.Page page = get(operations().undelivered(all, after, 4));
            page.deliveries().forEach(one -> read.add(one.endpoint() + " " + one.transactionId()));
            after = page.next();
        } while (after.isPresent());

        assertThat(read).hasSize(10).doesNotHaveDuplicates().isSorted();
        assertThat(get(operations()
                                .undelivered(
                                        new EndpointOperations.Filter(
                                                Optional.of("books"), Optional.of(false), Optional.of("t-3")),
                                        Optional.empty(),
                                        10))
                        .deliveries())
                .extracting(DeliveryView::endpoint, DeliveryView::transactionId, DeliveryView::state)
                .containsExactly(tuple("books", "t-3", "pending"));
    }

    @Test
    void oldAttemptsAndEndpointsThatNoReplicaKnowsExpire() {
        registered("orders", "removed");
        event("t-1", 1);
        sql("""
                INSERT INTO delivery_attempt (
                    endpoint, queue, position, transaction_id, version, attempted_at, outcome, took)
                VALUES ('orders', 0, 1, 't-1', 1, now() - interval '31 days', 'failed', 1),
                       ('orders', 0, 1, 't-1', 1, now(), 'failed', 1);
                INSERT INTO delivery (endpoint, queue, position, transaction_id, version, event_at, waiting, due_at)
                SELECT name, 0, 1, 't-1', 1, now(), false, now() FROM endpoint;
                UPDATE endpoint SET known_at = now() - interval '1 day' WHERE name = 'removed'
                """);
        DeliveryRetention retention = new DeliveryRetention(
                pool, deliveries(), TestSettings.of(OutboxSettings.class, Map.of()), Clock.systemUTC(), meters);

        get(retention.run());
        assertThat(meters.get("rampgate.outbox.endpoints.unknown").gauge().value())
                .isEqualTo(1);
        assertThat(number("SELECT count(*) FROM delivery_attempt")).isEqualTo(1);
        assertThat(number("SELECT count(*) FROM delivery")).isEqualTo(2);
        sql("UPDATE endpoint SET known_at = now() - interval '31 days' WHERE name = 'removed'");
        get(retention.run());

        assertThat(number("SELECT count(*) FROM delivery")).isEqualTo(1);
        assertThat(meters.counter("rampgate.outbox.delivery.abandoned").count()).isEqualTo(1);
    }

    @Test
    void whatAnEndpointLosesIsCountedByItsTypesWhileItIsPausedAndAlarmedAndShown() {
        get(new DeliveryStore(pool).register("orders", List.of("transaction.updated")));
        registered("books");
        for (int version = 1; version <= 6; version++) {
            event("t-1", version);
        }
        // Place 1 is deleted already; 2, 3 and 5 are about to be, and the feed begins behind them.
        sql("""
                UPDATE endpoint SET paused_at = now(), paused_because = 'operator' WHERE name = 'orders';
                UPDATE endpoint SET position = 6 WHERE name = 'books';
                INSERT INTO delivery (
                    endpoint, queue, position, transaction_id, version, event_at, waiting, due_at, parked_at)
                VALUES ('books', 0, 2, 't-1', 2, now() - interval '31 days', false, now(), now()),
                       ('books', 0, 6, 't-1', 6, now(), false, now(), now());
                UPDATE event SET created_at = now() - interval '31 days' WHERE position IN (2, 3, 5);
                DELETE FROM event WHERE position = 1;
                UPDATE feed SET expired_position = 1
                """);
        Map<String, String> settings = new HashMap<>(endpointSettings("orders"));
        settings.putAll(endpointSettings("books"));
        Deliveries deliveries = deliveries(settings);
        deliveries.onStart(null);
        DeliveryRetention retention = new DeliveryRetention(
                pool, deliveries, TestSettings.of(OutboxSettings.class, settings), Clock.systemUTC(), meters);

        get(retention.run());
        get(retention.run());

        assertThat(get(operations().endpoints()))
                .extracting(EndpointView::name, EndpointView::lost, EndpointView::behind, EndpointView::parked)
                .containsExactly(tuple("books", 1L, 0L, 1L), tuple("orders", 5L, 1L, 0L));
        assertThat(get(operations().endpoints())).allMatch(view -> view.lostAt() != null);
        assertThat(meters.counter("rampgate.outbox.delivery.missed", "endpoint", "orders")
                        .count())
                .isEqualTo(5);
        assertThat(meters.counter("rampgate.alarms", "alarm", "delivery_expired")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aReplicaIsPreparedOnceTheDatabaseKnowsItsEndpoints() {
        Map<String, String> settings = new HashMap<>(endpointSettings("orders"));
        settings.putAll(endpointSettings("books"));
        event("t-1", 1);
        Deliveries deliveries = deliveries(settings);
        deliveries.onStart(null);

        get(deliveries.prepare());

        assertThat(text("SELECT string_agg(name || ' ' || position, ', ' ORDER BY name) FROM endpoint"))
                .isEqualTo("books 1, orders 1");
    }

    @Test
    void provisionalEventsAreLeftOutWhileTheEndpointIsPausedOrItsCircuitIsOpen() {
        Map<String, String> settings = new HashMap<>(endpointSettings("hints"));
        settings.put("rampgate.outbox.endpoints.hints.provisional", "true");
        settings.putAll(endpointSettings("orders"));
        Deliveries deliveries = deliveries(settings);
        deliveries.onStart(null);
        Instant now = Instant.now();

        assertThat(deliveries.provisionalEndpoints()).extracting(Endpoint::name).containsExactly("hints");
        deliveries.show(Map.of("hints", new DeliveryFigures.Figures(0, 0, true, false, now)));
        assertThat(deliveries.provisionalEndpoints()).isEmpty();
        deliveries.show(Map.of("hints", new DeliveryFigures.Figures(0, 0, false, true, now)));
        assertThat(deliveries.provisionalEndpoints()).isEmpty();
        deliveries.show(Map.of("hints", new DeliveryFigures.Figures(0, 0, false, false, now)));
        assertThat(deliveries.provisionalEndpoints()).hasSize(1);
    }

    private Map<String, String> endpointSettings(String name) {
        String prefix = "rampgate.outbox.endpoints." + name;
        return Map.of(
                prefix + ".url",
                "http://127.0.0.1:1/",
                prefix + ".secrets-file",
                secretsFile(name, SECRET).toString());
    }

    private EndpointOperations operations() {
        return new EndpointOperations(pool, deliveries());
    }

    /** Of a replica without endpoints: what operations need of it when they are made elsewhere. */
    private Deliveries deliveries() {
        return deliveries(Map.of());
    }

    private Deliveries deliveries(Map<String, String> settings) {
        return new Deliveries(
                TestSettings.of(OutboxSettings.class, settings),
                pool,
                null,
                null,
                null,
                vertx,
                Clock.systemUTC(),
                new SplittableRandom(3),
                meters);
    }

    // --- the row of an endpoint

    private static final int REPLICAS = 4;
    private static final int ROUNDS = 200;

    @Test
    void roundsOfSeveralReplicasNeverOverwriteEachOther() {
        registered("orders");
        AtomicInteger saved = new AtomicInteger();
        List<Uni<Object>> replicas = new ArrayList<>();
        for (int i = 0; i < REPLICAS; i++) {
            DeliveryStore store = new DeliveryStore(pool);
            replicas.add(Uni.createFrom()
                    .deferred(() -> store.locked("orders", round -> {
                        round.state().position++;
                        return round.save().replaceWith(true);
                    }))
                    .invoke(found -> saved.addAndGet(found.isPresent() ? 1 : 0))
                    .repeat()
                    .atMost(ROUNDS)
                    .collect()
                    .last()
                    .map(Object.class::cast));
        }

        get(Uni.join().all(replicas).andFailFast());

        assertThat(saved.get()).isGreaterThanOrEqualTo(ROUNDS);
        assertThat(number("SELECT rounds FROM endpoint")).isEqualTo(saved.get());
        assertThat(number("SELECT position FROM endpoint")).isEqualTo(saved.get());
    }

    @Test
    void anEndpointIsFoundAgainAfterAFailoverThatLostItsLatestGenerations() {
        registered("orders");
        sql("UPDATE endpoint SET rounds = 3200, generation = 100");
        DeliveryStore looking = new DeliveryStore(pool);
        DeliveryStore locking = new DeliveryStore(pool);
        for (DeliveryStore store : List.of(looking, locking)) {
            assertThat(get(store.locked("orders", round -> round.save().replaceWith(true))))
                    .isPresent();
        }
        sql("UPDATE endpoint SET rounds = 32, generation = 1");
        event("t-1", 1);

        // A replica that has something to mark does not look first.
        await().atMost(LIMIT)
                .until(() -> get(locking.locked("orders", round -> round.save().replaceWith(true)))
                        .isPresent());
        await().atMost(LIMIT).until(() -> get(looking.hasWork("orders")));
    }

    // --- secrets

    @Test
    void secretsAreRotatedWithoutARefusedMessage() throws IOException {
        Receiver receiver = receiver();
        registered("orders");
        Path file = secretsFile("orders", SECRET);
        Endpoint endpoint = endpoint("orders", receiver.url());
        Replica replica = replica(endpoint);
        AtomicInteger sent = new AtomicInteger();
        Runnable some = () -> {
            for (int i = 0; i < 10; i++) {
                event("t-" + sent.incrementAndGet(), 1);
            }
            await().atMost(LIMIT).until(() -> receiver.delivered().size() == sent.get());
        };
        some.run();
        Files.writeString(file, OTHER_SECRET + "\n" + SECRET + "\n");
        replica.reload();
        some.run();
        receiver.trust(OTHER_SECRET);
        some.run();
        Files.writeString(file, OTHER_SECRET + "\n");
        replica.reload();
        some.run();
        Files.writeString(file, "");
        replica.reload();
        some.run();
        Files.writeString(file, "whsec_c2hvcnQ=\n");
        replica.reload();
        some.run();

        assertThat(receiver.received()).allMatch(Receiver.Received::verified);
        assertThat(meters.counter("rampgate.alarms", "alarm", "endpoint_secrets")
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("rampgate.outbox.endpoint.secrets.unusable")
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    // --- what the tests do

    /** What one replica does for its endpoints. */
    private final class Replica implements AutoCloseable {
        private final List<EndpointDeliveries> all = new ArrayList<>();
        private final List<WebhookSender> senders = new ArrayList<>();
        private final SecretsFiles secrets;

        Replica(List<Endpoint> endpoints) {
            InstantSource clock = Clock.systemUTC();
            secrets = new SecretsFiles(endpoints, secretsOf(endpoints), vertx, meters);
            ConnectionShare share = new ConnectionShare("delivery", 2, vertx, meters);
            for (Endpoint endpoint : endpoints) {
                get(new DeliveryStore(pool).register(endpoint.name(), endpoint.typeNames()));
                WebhookSender sender = new WebhookSender(endpoint, secrets, vertx, clock);
                senders.add(sender);
                all.add(new EndpointDeliveries(
                        endpoint,
                        new DeliveryStore(pool),
                        share,
                        sender::post,
                        new VertxEventLoop(vertx),
                        INTERVAL,
                        System::nanoTime,
                        new SplittableRandom(1 + open.size()),
                        new DeliveryMetrics(endpoint.name(), clock, meters)));
            }
            all.forEach(EndpointDeliveries::start);
        }

        void reload() {
            secrets.reload().toCompletionStage().toCompletableFuture().join();
        }

        @Override
        public void close() {
            all.forEach(EndpointDeliveries::stop);
            await().atMost(LIMIT).until(() -> all.stream().allMatch(EndpointDeliveries::isStopped));
            senders.forEach(WebhookSender::close);
            open.remove(this);
        }
    }

    private static Map<String, SigningSecrets> secretsOf(List<Endpoint> endpoints) {
        Map<String, SigningSecrets> read = new HashMap<>();
        for (Endpoint endpoint : endpoints) {
            try {
                read.put(endpoint.name(), SigningSecrets.read(endpoint.secretsFile()));
            } catch (UnusableFileException impossible) {
                throw new AssertionError(impossible);
            }
        }
        return read;
    }

    private Replica replica(Endpoint... endpoints) {
        Replica replica = new Replica(List.of(endpoints));
        open.add(0, replica);
        return replica;
    }

    private Receiver receiver() {
        Receiver receiver = new Receiver(vertx, SECRET);
        open.add(receiver);
        return receiver;
    }

    private Endpoint endpoint(String name, URI url) {
        return new Endpoint(name, url, secretsFile(name, SECRET), List.of(), Duration.ofSeconds(2), CONCURRENCY, 500);
    }

    private Path secretsFile(String name, String secret) {
        try {
            Path file = folder.resolve(name);
            return Files.exists(file) ? file : Files.writeString(file, secret + "\n");
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static String secret(int number) {
        byte[] bytes = new byte[32];
        new SplittableRandom(number).nextBytes(bytes);
        return "whsec_" + Base64.getEncoder().encodeToString(bytes);
    }

    /** Endpoints that were there before the events of the test. */
    private static void registered(String... names) {
        for (String name : names) {
            get(new DeliveryStore(pool).register(name, List.of()));
        }
    }

    private void event(String transaction, int version) {
        event(transaction, version, version == 1 ? "transaction.opened" : "transaction.updated", "");
    }

    /** An event in its place, as the sequencer leaves it. */
    private void event(String transaction, int version, String type, String remark) {
        position++;
        String body = "{\"type\":\"" + type + "\",\"data\":{\"merchant_transaction_id\":\"" + transaction
                + "\",\"version\":" + version + ",\"remark\":\"" + remark + "\"}}";
        get(pool.withTransaction(connection -> connection
                .preparedQuery("""
                        INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body, position)
                        VALUES ($1, $2, 1, $3, $4, now(), $5, $6)
                        """)
                .execute(Tuple.of(transaction, version, "evt_" + transaction + "_" + version, type, body, position))
                .chain(() -> connection
                        .preparedQuery("UPDATE feed SET last_position = $1")
                        .execute(Tuple.of(position)))));
    }

    /** The first attempt of an event to this address ends so, and is repeated. */
    private void assertNoted(URI url, String outcome) {
        position = 0;
        registered("orders");
        event("t-1", 1);
        Replica replica = replica(endpoint("orders", url));
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM delivery WHERE attempts = 1") == 1);
        assertThat(text("SELECT outcome FROM delivery_attempt")).isEqualTo(outcome);
        assertThat(text("SELECT last_outcome FROM delivery")).isEqualTo(outcome);
        assertThat(number("SELECT count(*) FROM delivery WHERE due_at > now() AND claim IS NULL"))
                .isEqualTo(1);
        replica.close();
    }

    /** A transaction's versions are delivered first in their order. */
    private static void assertInOrder(Receiver receiver) {
        Map<String, Integer> last = new HashMap<>();
        for (Receiver.Received one : receiver.delivered()) {
            int before = last.getOrDefault(one.transaction(), 0);
            assertThat(one.version()).as(one.name()).isLessThanOrEqualTo(before + 1);
            last.put(one.transaction(), Math.max(before, one.version()));
        }
    }

    private static void assertOneBodyEach(Receiver receiver) {
        Map<String, Set<String>> bodies = new HashMap<>();
        receiver.received().forEach(one -> bodies.computeIfAbsent(one.id(), id -> new HashSet<>())
                .add(one.body()));
        assertThat(bodies.values()).allMatch(one -> one.size() == 1);
    }

    private static void awaitEmptyQueue() {
        await().atMost(LIMIT).until(() -> number("SELECT count(*) FROM delivery") == 0);
    }

    /** Waits while the time of all retries comes at once. */
    private static void awaitHastened(java.util.concurrent.Callable<Boolean> condition) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            hasten("WHERE claim IS NULL AND due_at > clock_timestamp()");
            sql("""
                    UPDATE endpoint SET probe_at = clock_timestamp() WHERE probe_at <= clock_timestamp() + interval '100 s'
                        AND NOT EXISTS (SELECT FROM delivery WHERE claim IS NOT NULL)
                    """);
            return condition.call();
        });
    }

    /** Makes deliveries due now, with the endpoints' rows locked as a round locks its own: a round and this would deadlock otherwise. */
    private static void hasten(String which) {
        sql("""
                SELECT FROM endpoint ORDER BY name FOR NO KEY UPDATE;
                UPDATE delivery SET due_at = clock_timestamp()
                """ + which);
    }

    private static long number(String query) {
        Row row = get(pool.query(query).execute()).iterator().next();
        return row.getValue(0) == null ? 0 : ((Number) row.getValue(0)).longValue();
    }

    private static String text(String query) {
        return get(pool.query(query).execute()).iterator().next().getString(0);
    }

    private static void sql(String statements) {
        get(pool.query(statements).execute());
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }
}
