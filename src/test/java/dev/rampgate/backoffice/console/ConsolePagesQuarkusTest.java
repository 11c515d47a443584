package dev.rampgate.backoffice.console;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.rampgate.backoffice.SearchFilter;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the pages show and do. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class ConsolePagesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String DESK = "desk-token-canary-0001";
    private static final String BOOKS = "books-token-canary-0001";
    private static final String NIGHT = "operate-token-canary-0001";
    private static final String HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{raw}";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    private ConsoleBrowser desk;

    @BeforeEach
    void signIn() {
        desk = ConsoleBrowser.signedIn(management, DESK);
    }

    // --- overview

    @Test
    void theOverviewSaysWhetherUsersAreAffectedAndWhatEachChannelDoes() {
        desk.get("")
                .then()
                .statusCode(200)
                .body(containsString("Users are"))
                .body(containsString("Polls"))
                .body(containsString("Webhooks"))
                .body(containsString("Sockets"))
                .body(containsString("below 15 minutes"))
                .body(containsString("Database"));
    }

    @Test
    void alarmsThatTransactionsCanBeSearchedByLeadToTheirSearch() {
        SearchFilter.ALARMS.forEach(
                alarm -> meters.counter("rampgate.alarms", "alarm", alarm).increment());
        meters.counter("rampgate.alarms", "alarm", "database_away").increment();

        String overview = desk.get("").then().statusCode(200).extract().asString();

        assertThat(SearchFilter.ALARMS).allSatisfy(alarm -> assertThat(overview)
                .contains("href=\"/operate/console/search?alarm=" + alarm + "&amp;within=400d\""));
        assertThat(overview).contains("database away").doesNotContain("search?alarm=database_away");
    }

    // --- audit

    @Test
    void theAuditShowsWhoReadACaseAndLeadsToIt() {
        String id = insert("audited " + UUID.randomUUID(), "audited-user", "ERC20");
        desk.get("transactions/" + id).then().statusCode(200);
        ConsoleBrowser books = ConsoleBrowser.signedIn(management, BOOKS);

        books.get("transactions/" + id)
                .then()
                .statusCode(200)
                .body(containsString("/operate/console/audit?transaction=" + id));
        books.get("audit?transaction=" + id)
                .then()
                .statusCode(200)
                .body(containsString("read case"), containsString("desk"), containsString("support"))
                .body(containsString("href=\"/operate/console/transactions/" + id + "\""))
                .body(containsString("id=\"head\""));
        desk.get("transactions/" + id).then().body(not(containsString("audit?transaction=")));
    }

    @Test
    void filtersOfTheAuditStandInNoAddressAndTheSameEntriesAreSaved() {
        String user = "audited-" + UUID.randomUUID();
        desk.submit("search", "user_id", user);
        ConsoleBrowser books = ConsoleBrowser.signedIn(management, BOOKS);

        String found = books.submit("audit", "about", user, "action", "list_transactions", "from", "2020-05-02T08:00")
                .then()
                .statusCode(303)
                .extract()
                .header("Location");
        assertThat(found).startsWith("/operate/console/audit?s=").doesNotContain(user);
        String page = books.get(found).then().statusCode(200).extract().asString();
        assertThat(page).contains("1 entry", "value=\"" + user + "\"", "value=\"2020-05-02T08:00\"", "desk");
        for (String format : List.of("csv", "ndjson")) {
            String saved = Pattern.compile("href=\"([^\"]+format=" + format + ")\"")
                    .matcher(page)
                    .results()
                    .map(link -> link.group(1).replace("&amp;", "&"))
                    .findFirst()
                    .orElseThrow();
            assertThat(saved).doesNotContain(user);
            assertThat(books.get(saved)
                            .then()
                            .statusCode(200)
                            .header("Content-Disposition", "attachment; filename=\"audit." + format + "\"")
                            .extract()
                            .asString()
                            .lines())
                    .hasSize(format.equals("csv") ? 2 : 1)
                    .last()
                    .asString()
                    .contains("list_transactions", "desk");
        }
        books.submit("audit", "from", "yesterday")
                .then()
                .statusCode(400)
                .body(containsString("These filters cannot be used"));
    }

    // --- search

    @Test
    void whatAnEMailSaysLeadsToTheCaseAtOnce() {
        String number = Long.toString(Math.abs(UUID.randomUUID().getMostSignificantBits()));
        String id = insert("order-" + number, "user-" + number, "ERC20");

        for (String text : List.of(
                "order " + number,
                "Order #" + number,
                number,
                "order-" + number,
                id,
                "user-" + number,
                "order " + number + ", nothing arrived",
                "Hello! Where is my order (" + number + ")? I paid 40 euros.")) {
            assertThat(desk.submit("find", "find", text).header("Location"))
                    .as(text)
                    .isEqualTo("/operate/console/transactions/" + id);
        }
    }

    @Test
    void severalOrdersOfOneReferenceAreListedAndNothingIsAnAnswerToo() {
        String reference = "basket " + UUID.randomUUID();
        insert(reference, "first-user", "ERC20");
        insert(reference, "second-user", "ERC20");

        desk.submitAndFollow("find", "find", reference)
                .then()
                .statusCode(200)
                .body(containsString("2 transactions"), containsString("first-user"), containsString("second-user"));
        desk.submitAndFollow("find", "find", "unheard-of " + UUID.randomUUID())
                .then()
                .statusCode(200)
                .body(containsString("Nothing was found"), containsString("We cannot find a payment of this order"));
    }

    @Test
    void noAddressHoldsWhatWasLookedForAndOnlyTheSameTokenReadsIt() {
        String user = "user-" + UUID.randomUUID();
        insert("ref-1", user, "ERC20");
        insert("ref-2", user, "ERC20");

        String found = desk.submit("find", "find", user).header("Location");
        String searched =
                desk.submit("search", "user_id", user, "status", "pending").header("Location");

        assertThat(found).startsWith("/operate/console/search?s=").doesNotContain(user);
        assertThat(searched).startsWith("/operate/console/search?s=").doesNotContain(user);
        desk.get(searched).then().statusCode(200).body(containsString("2 transactions"), containsString(user));
        ConsoleBrowser.signedIn(management, DESK).get(searched).then().statusCode(200);
        ConsoleBrowser.signedIn(management, NIGHT)
                .get(searched)
                .then()
                .statusCode(404)
                .body(containsString("works only with the token that made it"), not(containsString(user)));
        desk.get("search?s=nonsense").then().statusCode(404);
    }

    @Test
    void pagesOfASearchFollowEachOtherUntilTheEnd() {
        String user = "user-" + UUID.randomUUID();
        for (int i = 0; i < 51; i++) {
            insert("many", user, "ERC20");
        }

        String first = desk.submitAndFollow("search", "user_id", user).asString();
        assertThat(first).contains("50 transactions", "Older transactions").doesNotContain("?s=" + user);
        String next = first.replaceAll("(?s).*href=\"(/operate/console/search\\?s=[^\"]+)\".*", "$1");
        desk.get(next)
                .then()
                .statusCode(200)
                .body(containsString("1 transaction<"), not(containsString("Older transactions")));
    }

    @Test
    void allFiltersOfTheServiceApiCanBeUsedAndAWrongOneIsNamed() {
        String user = "user-" + UUID.randomUUID();
        String id = insert("ref-1", user, "TRC20");

        desk.submitAndFollow(
                        "search",
                        "user_id",
                        user,
                        "reference",
                        "ref-1\nref-2",
                        "id",
                        id,
                        "network",
                        "trc20, erc20",
                        "currency",
                        "usdc",
                        "status",
                        "pending",
                        "type",
                        "buy",
                        "settled",
                        "true",
                        "created_from",
                        "2022-01-01T00:00")
                .then()
                .statusCode(200)
                .body(containsString("1 transaction"), containsString(id));
        desk.submitAndFollow("search", "user_id", user, "network", "BEP20")
                .then()
                .body(containsString("Nothing was found"));
        desk.submit("search", "status", "nonsense")
                .then()
                .statusCode(400)
                .body(containsString("cannot be made"), containsString("must be one of pending"));
        desk.get("search?status=failed&within=1h").then().statusCode(200);
    }

    // --- case

    @Test
    void aCaseSaysWhyItWaitsWhatToTellTheUserAndWhatToSendToProof() {
        String id = TestSession.open("console-user", "buy");

        desk.get("transactions/" + id)
                .then()
                .statusCode(200)
                .body(containsString("Purchase of 42.75 USDC on ERC20"))
                .body(containsString("not paid yet"))
                .body(containsString("We have not received your payment"))
                .body(containsString("(merchant_transaction_id): " + id))
                .body(containsString("console-user"))
                .body(containsString("SESSION"))
                .body(containsString("transaction.opened"));
    }

    @Test
    void proofIsAskedAgainFromACaseAndTheChangeAppears() {
        String id = TestSession.open("console-user", "buy");
        proof().drive(id, Action.COMPLETE);

        desk.submitAndFollow("transactions/" + id + "/poll")
                .then()
                .statusCode(200)
                .body(containsString("Proof is asked again now"), containsString("hx-trigger=\"every 3s\""));
        await().atMost(LIMIT).untilAsserted(() -> desk.get("transactions/" + id)
                .then()
                .body(containsString("Your order is complete"), containsString("confirmed by Proof")));
        desk.submit("transactions/" + id + "/resend")
                .then()
                .statusCode(303)
                .header("Location", equalTo("/operate/console/transactions/" + id + "?notice=resent&n=0"));
    }

    @Test
    void anAuditorSeesTheCaseAndNoFormThatChangesSomething() {
        String id = TestSession.open("console-user", "buy");
        ConsoleBrowser books = ConsoleBrowser.signedIn(management, BOOKS);

        books.get("transactions/" + id)
                .then()
                .statusCode(200)
                .body(not(containsString("Ask Proof again")), not(containsString("/resend")));
        books.submit("transactions/" + id + "/poll").then().statusCode(403).body(containsString("may not do this"));
    }

    @Test
    void anUnknownCaseIsAPageOfTheConsole() {
        desk.get("transactions/unheard-of")
                .then()
                .statusCode(404)
                .body(containsString("No transaction with this id"), containsString("Search"));
    }

    // --- strings of strangers

    @Test
    void stringsOfProofAndOfUsersAreTextOnEveryPage() {
        String id = insertHostile();

        for (String page : List.of(
                desk.get("transactions/" + CaseAddress.of(id).substring("transactions/".length()))
                        .asString(),
                desk.submitAndFollow("search", "id", id).asString(),
                desk.submitAndFollow("find", "find", HOSTILE).asString(),
                desk.submit("search", "currency", HOSTILE).asString(),
                desk.get("?notice=" + "%3Cscript%3Ealert(1)%3C/script%3E").asString(),
                desk.get("endpoints/%3Cscript%3Ealert(1)%3C%2Fscript%3E").asString())) {
            assertThat(page).doesNotContain("<script>alert", "<img src=x", "onerror=alert(2)>");
        }
        desk.get(CaseAddress.of(id))
                .then()
                .statusCode(200)
                .body(containsString("&lt;script&gt;alert(1)&lt;/script&gt;"), containsString("{raw}"));
        assertThat(ConsoleBrowser.signedIn(management, BOOKS)
                        .submitAndFollow("audit", "about", id)
                        .asString())
                .as("the audit names the transaction")
                .contains("hostile ", "&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert", "<img src=x");
        ConsoleBrowser night = ConsoleBrowser.signedIn(management, NIGHT);
        assertThat(night.submitAndFollow(
                                "brakes",
                                "stops",
                                "some",
                                "currency",
                                "NONE",
                                "name",
                                "hostile",
                                "reason",
                                HOSTILE,
                                "lasting",
                                "1h")
                        .asString())
                .as("an operator's reason")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert", "<img src=x");
        night.submit("brakes/hostile/release").then().statusCode(303);
    }

    // --- deliveries

    @Test
    void endpointsAreShownToSupportAndRunByOperatorsOnly() {
        String name = "console" + Integer.toUnsignedString(UUID.randomUUID().hashCode(), 36);
        execute("""
                INSERT INTO endpoint (name, position, types, known_at, paced_to, replay_paced_to, swept_to, replay_swept_to)
                SELECT $1, last_position, '{}', now(), now(), now(), now(), now()
                FROM feed
                """, Tuple.of(name));
        ConsoleBrowser night = ConsoleBrowser.signedIn(management, NIGHT);

        desk.get("endpoints").then().statusCode(200).body(containsString(name));
        desk.get("endpoints/" + name).then().statusCode(200).body(not(containsString("/pause")));
        night.submitAndFollow("endpoints/" + name + "/pause")
                .then()
                .body(containsString("The endpoint is paused"), containsString("Paused by an operator"));
        night.submitAndFollow("endpoints/" + name + "/resume").then().body(containsString("gets events again"));
        night.submit("endpoints/" + name + "/test").then().statusCode(404);
        desk.get("endpoints/unheardof").then().statusCode(404);

        TestSession.open("console-user", "buy");
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MINUTES);
        String from = now.minusHours(1).toLocalDateTime().toString();
        String to = now.plusHours(1).toLocalDateTime().toString();
        await().atMost(LIMIT).untilAsserted(() -> night.get("endpoints/" + name + "?from=" + from + "&to=" + to)
                .then()
                .statusCode(200)
                .body(containsString("events again")));
        night.submit("endpoints/" + name + "/replay", "from", from, "to", to)
                .then()
                .statusCode(303)
                .header("Location", startsWith("/operate/console/endpoints/" + name + "?notice=replayed&n="));
        night.submit("endpoints/" + name + "/replay", "from", to, "to", from)
                .then()
                .statusCode(400);
        remove(name);
    }

    // --- rows

    /** Locks the endpoint first, as rounds do. */
    private void remove(String endpoint) {
        pool.withTransaction(connection -> connection
                        .preparedQuery("SELECT FROM endpoint WHERE name = $1 FOR UPDATE")
                        .execute(Tuple.of(endpoint))
                        .chain(() -> connection
                                .preparedQuery("DELETE FROM delivery WHERE endpoint = $1")
                                .execute(Tuple.of(endpoint)))
                        .chain(() -> connection
                                .preparedQuery("DELETE FROM endpoint WHERE name = $1")
                                .execute(Tuple.of(endpoint))))
                .await()
                .atMost(LIMIT);
    }

    private String insert(String reference, String user, String network) {
        String id = UUID.randomUUID().toString();
        insert(id, reference, user, network, new JsonObject(), new JsonObject(), "0xabc");
        return id;
    }

    private String insertHostile() {
        String id = "hostile " + UUID.randomUUID() + "/" + HOSTILE;
        insert(
                id,
                HOSTILE,
                HOSTILE,
                HOSTILE,
                new JsonObject().put(HOSTILE, HOSTILE),
                new JsonObject().put("unknown_status", HOSTILE),
                HOSTILE);
        execute("""
                INSERT INTO observation (transaction_id, received_at, id, channel, outcome, status, raw)
                VALUES ($1, now(), gen_random_uuid(), 'POLL', 'unknown', $2, $2)
                """, Tuple.of(id, HOSTILE));
        return id;
    }

    private void insert(
            String id,
            String reference,
            String user,
            String network,
            JsonObject metadata,
            JsonObject followUp,
            String address) {
        execute(
                """
                INSERT INTO transaction (
                    id, user_id, type, currency, network, created_at, status, attempt, sequence, confirmed, since, attempt_since,
                    changed_at, settled, abandoned, reference, reference_source, metadata, follow_up, address
                )
                VALUES (
                    $1, $2, 'buy', 'USDC', $3, now(), 'pending', 1, 1, false, now(), now(), now(), true, false, $4, 'caller', $5, $6, $7
                )
                """,
                Tuple.tuple()
                        .addString(id)
                        .addString(user)
                        .addString(network)
                        .addString(reference)
                        .addValue(metadata)
                        .addValue(followUp)
                        .addString(address));
    }

    private void execute(String statement, Tuple parameters) {
        pool.preparedQuery(statement).execute(parameters).await().atMost(LIMIT);
    }
}
