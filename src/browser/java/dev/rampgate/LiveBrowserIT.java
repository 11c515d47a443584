package dev.rampgate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a page sees of its transaction by {@code rampgate.js}, in a real browser, when networks and servers fail it. */
@QuarkusTest
@QuarkusTestResource(value = AttendedSandbox.class, restrictToAnnotatedClass = true)
@TestProfile(LiveBrowserIT.Heartbeat.class)
class LiveBrowserIT {

    private static final Duration HEARTBEAT = Duration.ofSeconds(8);

    /** Sooner than the watchdog, which waits for two heartbeats. */
    private static final Duration BEFORE_THE_WATCHDOG = Duration.ofSeconds(15);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Chromium browser;

    @TestHTTPResource("/")
    String address;

    private UnreliableProxy proxy;

    /** A short interval, so that a test of the watchdog is short. */
    public static final class Heartbeat implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("rampgate.live.heartbeat", HEARTBEAT.toSeconds() + "s");
        }
    }

    @BeforeAll
    static void openBrowser() {
        browser = new Chromium();
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void openPage() {
        AttendedSandbox.proof().scenarioPlayer().play("calm");
        proxy = new UnreliableProxy(URI.create(address).getPort());
        // A document of the same origin that calls nothing by itself.
        browser.open(proxy.address() + "rampgate.js");
    }

    @AfterEach
    void closeProxy() {
        browser.open("about:blank");
        proxy.close();
    }

    @Test
    void aStreamThatFellSilentIsOpenedAgainAfterTwoHeartbeats() {
        String id = follow();
        seesAll("State pending");

        proxy.loseOpenConnections();
        pay(id);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(seen()).contains("Transition completed", "End completed"));
        assertThat(seen()).startsWith("State pending").doesNotHaveDuplicates();
        assertThat(problems())
                .as("at most that connections which the browser had kept gave no answer")
                .allMatch(problem -> problem.startsWith("0 "));
    }

    @Test
    void aStreamThatOnlyBeatsIsLeftAlone() {
        follow();
        seesAll("State pending");

        await().during(HEARTBEAT.multipliedBy(2).plusSeconds(4))
                .atMost(LIMIT)
                .until(() -> proxy.requests("GET /transactions/.*").size() == 1);
    }

    @Test
    void aProxyThatKeepsEventsBackIsGotAroundByPolls() {
        proxy.keepEventsBack();
        String id = follow();
        seesAll("State pending");
        pay(id);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(seen()).endsWith("End completed"));
        assertThat(seen())
                .containsSubsequence("State pending", "Transition processing", "Transition completed")
                .doesNotHaveDuplicates();
        assertThat(proxy.requests("GET .*/events.*"))
                .as("a stream that never comes is not tried with each poll")
                .hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void aPageThatIsOnlineAgainReadsAtOnce() {
        String id = follow();
        seesAll("State pending");

        proxy.loseOpenConnections();
        pay(id);
        browser.goOffline(() -> {});

        await().atMost(BEFORE_THE_WATCHDOG)
                .untilAsserted(() -> assertThat(seen()).contains("Transition completed"));
    }

    @Test
    void aPageThatIsSeenAgainReadsAtOnce() {
        String id = follow();
        seesAll("State pending");
        browser.inAnotherTab(() -> {
            proxy.loseOpenConnections();
            pay(id);
        });

        await().atMost(BEFORE_THE_WATCHDOG)
                .untilAsserted(() -> assertThat(seen()).contains("Transition completed"));
        assertThat((List<?>) browser.run("return window.visibilities")).isEqualTo(List.of("hidden", "visible"));
    }

    @Test
    void aPageThatComesBackByTheBackButtonReadsAtOnce() {
        String id = follow();
        seesAll("State pending");
        browser.open(proxy.address() + "index.html");
        pay(id);
        browser.goBack();

        await().atMost(BEFORE_THE_WATCHDOG)
                .untilAsserted(() -> assertThat(seen()).contains("Transition completed"));
        assertThat((Boolean) browser.run("return window.cameBack"))
                .as("the page was kept and not loaded again")
                .isTrue();
        assertThat(seen()).doesNotHaveDuplicates();
    }

    @Test
    void aRefusalThatNamesATimeIsRespected() {
        proxy.refuse("/transactions/.*", "429 Too Many Requests", "Retry-After: 7");
        follow();
        await().atMost(LIMIT).until(() -> problems().size() == 1);
        int asked = proxy.requests("(GET|POST) /transactions/.*").size();
        assertThat(problems()).containsExactly("429 7");

        // Neither by itself nor since the page was looked at.
        await().during(Duration.ofSeconds(6)).atMost(LIMIT).until(() -> {
            browser.run("dispatchEvent(new Event('online'))");
            return proxy.requests("(GET|POST) /transactions/.*").size() == asked;
        });
        proxy.mend();

        seesAll("State pending");
    }

    @Test
    void aTransactionThatIsNotFoundIsAskedForEverMoreSlowly() {
        follow("00000000-0000-4000-8000-000000000000", null);
        await().atMost(LIMIT).until(() -> !problems().isEmpty());

        await().during(Duration.ofSeconds(20))
                .atMost(LIMIT)
                .until(() -> proxy.requests("(GET|POST) /transactions/.*").size() <= 10);
        assertThat(problems()).hasSizeBetween(3, 6).containsOnly("404 0");
    }

    @Test
    void aPageThatStopsAsksForNothingMore() {
        follow();
        seesAll("State pending");
        browser.run("window.unfollow(); dispatchEvent(new Event('online'))");
        int asked = proxy.requests("(GET|POST) /transactions/.*").size();

        await().during(Duration.ofSeconds(6))
                .atMost(LIMIT)
                .until(() -> proxy.requests("(GET|POST) /transactions/.*").size() == asked);
    }

    private String follow() {
        Response session = given().contentType("application/json")
                .body(Map.of("network", "ERC20", "currency", "USDC", "amount", "42.75", "type", "buy"))
                .post("/session");
        session.then().statusCode(201);
        String id = session.path("merchant_transaction_id");
        follow(id, session.header("Rampgate-Ticket"));
        return id;
    }

    /** Notes what the listeners get. */
    private void follow(String id, String ticket) {
        browser.run("""
                const [id, ticket] = arguments;
                window.seen = [];
                window.problems = [];
                window.visibilities = [];
                document.addEventListener('visibilitychange', () => visibilities.push(document.visibilityState));
                addEventListener('pageshow', ({persisted}) => { window.cameBack = persisted; });
                const on = {onProblem: ({status, retryAfter}) => problems.push(`${status} ${retryAfter}`)};
                for (const name of ['State', 'Transition', 'End']) {
                  on['on' + name] = ({status}) => seen.push(`${name} ${status}`);
                }
                import('/rampgate.js').then(({follow}) => { window.unfollow = follow(id, on, {ticket}); });""", id, ticket);
    }

    private static void pay(String id) {
        AttendedSandbox.proof().drive(id, Action.PAY);
    }

    private static void seesAll(String... expected) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(seen()).containsExactly(expected));
    }

    private static List<String> seen() {
        return strings("seen");
    }

    private static List<String> problems() {
        return strings("problems");
    }

    private static List<String> strings(String variable) {
        return ((List<?>) browser.run("return window[arguments[0]] ?? []", variable))
                .stream().map(Object::toString).toList();
    }
}
