package dev.rampgate.operate;

import static dev.rampgate.support.ProofAndDatabase.WEBHOOK_KEY;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import dev.rampgate.telemetry.MetricsList;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a running replica tells of itself. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class MetricsQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Pattern TYPE = Pattern.compile("# TYPE (rampgate_[a-z_]+) ([a-z]+)");
    private static final Pattern SAMPLE = Pattern.compile("(rampgate_[a-z_]+)(?:\\{(.*)})? \\S+");
    private static final Pattern TAG = Pattern.compile("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    /** The bounds of a histogram's buckets are no tag of ours. */
    private static final String BOUND = "le";

    @TestHTTPResource(value = "/metrics", management = true)
    URI metrics;

    @Inject
    MeterRegistry meters;

    @Inject
    LedgerGauges figures;

    @Inject
    Pool pool;

    @Test
    void whateverIsShownIsListedWithItsTypeAndTags() {
        String id = TestSession.open();
        webhook(id);
        await().atMost(LIMIT).until(() -> page().contains("rampgate_polls_total"));

        MetricsList list = MetricsList.read();
        for (String line : page().lines().toList()) {
            Matcher type = TYPE.matcher(line);
            if (type.matches() && !type.group(1).endsWith("_max")) {
                // OpenMetrics names a counter's family without the end that its samples have.
                String name = type.group(1) + (type.group(2).equals("counter") ? "_total" : "");
                MetricsList.Entry entry = list.of(name.replace("_total_total", "_total"));
                assertThat(entry).as(name).isNotNull();
                assertThat(entry.type()).as(name).isEqualTo(type.group(2));
            }
            Matcher sample = SAMPLE.matcher(line);
            if (sample.matches()) {
                TreeSet<String> tags = TAG.matcher(sample.group(2) == null ? "" : sample.group(2))
                        .results()
                        .map(tag -> tag.group(1))
                        .filter(tag -> !tag.equals(BOUND))
                        .collect(Collectors.toCollection(TreeSet::new));
                assertThat(list.of(sample.group(1))).as(line).isNotNull();
                assertThat(tags).as(line).isEqualTo(list.of(sample.group(1)).tags());
            }
        }
    }

    @Test
    void noTagHoldsAnIdOrAKey() {
        String id = TestSession.open();
        webhook(id);
        given().get("/transactions/" + id).then().statusCode(200);
        given().get("/transactions/" + UUID.randomUUID() + "/events").then().statusCode(404);
        given().body("{}")
                .post("/proof-webhook/" + WEBHOOK_KEY + "-guessed")
                .then()
                .statusCode(404);
        given().get("/made-up/" + id).then().statusCode(404);
        // Refused by filters, before any route could tell the shape of its path.
        given().body("x".repeat(70_000))
                .post("/proof-webhook/" + WEBHOOK_KEY)
                .then()
                .statusCode(413);
        given().body("x".repeat(70_000)).post("/made-up/too").then().statusCode(413);
        given().header("Origin", "https://elsewhere.example")
                .get("/transactions/" + id + "/socket")
                .then()
                .statusCode(403);

        assertThat(page()).contains("http_server_requests_seconds_count").doesNotContain(id, WEBHOOK_KEY, "made-up");
        assertThat(page().lines().filter(line -> line.matches(".*[0-9a-f]{8}-[0-9a-f]{4}-.*")))
                .isEmpty();
    }

    @Test
    void alarmsAndLossesStandAtZeroBeforeTheyHappen() {
        for (String alarm : List.of(
                "completed_contradicted",
                "details_contradicted",
                "amount_unreadable",
                "unknown_status",
                "transaction_missing",
                "polls_refused",
                "sockets_refused",
                "database_away")) {
            assertThat(meters.find("rampgate.alarms").tag("alarm", alarm).counter())
                    .as(alarm)
                    .isNotNull();
        }
        for (String channel : List.of("session", "webhook")) {
            assertThat(meters.find("rampgate.backlog.kept")
                            .tag("channel", channel)
                            .tag("kept", "nothing")
                            .counter())
                    .isNotNull();
        }
        assertThat(meters.find("rampgate.webhooks").tag("result", "unavailable").counter())
                .isNotNull();
        assertThat(gauge("rampgate.backlog.capacity", "what", "webhook")).isPositive();
        assertThat(gauge("rampgate.poll.budget", "budget", "all")).isPositive();
        assertThat(meters.get("rampgate.sockets.limit").gauge().value()).isPositive();
        assertThat(meters.get("rampgate.ready").gauge().value()).isOne();
    }

    @Test
    void theTimeFromProofsChangeToOurCommitIsMeasuredByTheChannelThatReportedFirst() {
        long before = delays();
        String id = TestSession.open();
        ProofAndDatabase.proof().drive(id, Action.PAY);

        await().atMost(LIMIT).until(() -> delays() > before);
        assertThat(meters.get("rampgate.transition.delay")
                        .tag("channel", "session")
                        .timer()
                        .count())
                .isZero();
    }

    @Test
    void acknowledgementsAndBatchesAreMeasured() {
        long acknowledged = meters.get("rampgate.webhook.ack").timer().count();
        long stored = meters.get("rampgate.batch.duration")
                .tag("result", "stored")
                .timer()
                .count();

        webhook(TestSession.open());

        await().atMost(LIMIT)
                .until(() -> meters.get("rampgate.webhook.ack").timer().count() > acknowledged
                        && meters.get("rampgate.batch.duration")
                                        .tag("result", "stored")
                                        .timer()
                                        .count()
                                > stored);
        assertThat(page()).contains("rampgate_webhook_ack_seconds_bucket", "rampgate_batch_observations_bucket");
    }

    @Test
    void whatIsInFlightAndOverdueIsReadFromTheDatabase() {
        String id = UUID.randomUUID().toString();
        sql("""
                INSERT INTO transaction (
                    id, created_at, status, attempt, sequence, confirmed, since, attempt_since, changed_at, settled, abandoned
                )
                VALUES ($1, now(), 'processing', 1, 1, false, now(), now(), now() - interval '3 d', false, false)
                """, id);
        sql("""
                INSERT INTO poll (transaction_id, priority, due_at, period, lease_until)
                VALUES ($1, 1, now() - interval '1 h', 21600, now() + interval '1 h')
                """, id);
        try {
            // A run of the application itself, begun before the rows were there, may end after this one.
            await().atMost(LIMIT).until(() -> {
                figures.read().await().atMost(LIMIT);
                return processingForDays() > 0;
            });
            assertThat(gauge("rampgate.transactions.oldest.seconds", "status", "processing"))
                    .isGreaterThanOrEqualTo(Duration.ofDays(3).toSeconds());
            assertThat(gauge("rampgate.poll.due", "priority", "known")).isPositive();
            assertThat(gauge("rampgate.poll.lag.seconds", "priority", "known"))
                    .isGreaterThanOrEqualTo(Duration.ofHours(1).toSeconds());
            assertThat(gauge("rampgate.proof.refusing", "channel", "poll")).isZero();
            assertThat(gauge("rampgate.proof.refusing", "channel", "socket")).isZero();
        } finally {
            sql("DELETE FROM poll WHERE transaction_id = $1", id);
            sql("DELETE FROM transaction WHERE id = $1", id);
        }
        await().atMost(LIMIT).until(() -> {
            figures.read().await().atMost(LIMIT);
            return processingForDays() == 0;
        });
    }

    private double processingForDays() {
        return meters.get("rampgate.transactions.in.flight")
                .tag("status", "processing")
                .tag("age", "1d_to_7d")
                .gauge()
                .value();
    }

    @Test
    void figuresThatAreTooOldAreNoNumbersButTheirAgeIs() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-02T08:00:00Z"));
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        LedgerGauges tracked = new LedgerGauges(pool, now::get, own);
        assertThat(own.get("rampgate.poll.lag.seconds")
                        .tag("priority", "known")
                        .gauge()
                        .value())
                .isNaN();

        tracked.read().await().atMost(LIMIT);
        assertThat(own.get("rampgate.poll.lag.seconds")
                        .tag("priority", "known")
                        .gauge()
                        .value())
                .isNotNaN();
        now.updateAndGet(time -> time.plusSeconds(180));

        assertThat(own.get("rampgate.poll.lag.seconds")
                        .tag("priority", "known")
                        .gauge()
                        .value())
                .isNaN();
        assertThat(own.get("rampgate.figures.age.seconds").gauge().value()).isEqualTo(180);
    }

    private double gauge(String name, String tag, String value) {
        Gauge gauge = meters.get(name).tag(tag, value).gauge();
        return gauge.value();
    }

    private long delays() {
        return meters.get("rampgate.transition.delay").timers().stream()
                .mapToLong(timer -> timer.count())
                .sum();
    }

    private void sql(String statement, String id) {
        pool.preparedQuery(statement).execute(Tuple.of(id)).await().atMost(LIMIT);
    }

    private String page() {
        return given().get(metrics).then().statusCode(200).extract().asString();
    }

    private static void webhook(String id) {
        given().contentType("application/json")
                .body(new JsonObject()
                        .put("merchant_transaction_id", id)
                        .put("status", "processing")
                        .encode())
                .post("/proof-webhook/" + WEBHOOK_KEY)
                .then()
                .statusCode(204);
    }
}
