package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.proof.ProofFailure.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.websockets.next.BasicWebSocketConnector;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real socket client against a server of our own. */
@QuarkusTest
class ProofSocketQuarkusTest {
    private static final String ID = "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Inject
    Instance<BasicWebSocketConnector> connectors;

    @Inject
    Vertx vertx;

    private final FakeProof proof = new FakeProof();
    private final ProofSettingsFixture settings =
            ProofSettingsFixture.complete().with("base-url", proof.url());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Heard heard = new Heard();

    @AfterEach
    void close() {
        proof.close();
    }

    @Test
    void theUpgradeIsWhatTheContractAsksFor() {
        opened(ID);
        FakeProof.Asked asked = proof.asked().get(0);
        assertThat(asked.uri()).isEqualTo("/ws?tx_id=" + ID);
        assertThat(asked.headers().getAll("Authorization")).containsExactly("Bearer tok_made_up_0001");
        assertThat(asked.headers().contains("Origin")).isFalse();
    }

    @Test
    void theOriginIsSentIfOneIsConfigured() {
        settings.with("origin", "https://shop.example.test");
        opened(ID);
        assertThat(proof.asked().get(0).headers().getAll("Origin")).containsExactly("https://shop.example.test");
    }

    @ParameterizedTest
    @CsvSource({"a&b=c/d, a%26b%3Dc%2Fd", "'a b+c', a%20b%2Bc", "50%, 50%25", "{id}$1, %7Bid%7D%241", "ü, %C3%BC"})
    void anIdNeverChangesWhatTheQueryMeans(String id, String encoded) {
        settings.with("base-url", proof.url() + "/proof");
        opened(id);
        assertThat(proof.asked().get(0).uri()).isEqualTo("/proof/ws?tx_id=" + encoded);
    }

    @Test
    void updatesAreReportedInOrderEvenThoseThatComeWithTheUpgrade() {
        proof.onSocket(socket -> {
            socket.writeTextMessage(update(ID, "processing"));
            socket.writeTextMessage(update(ID, "completed"));
        });
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.reports.size() == 2);
        assertThat(heard.reports).extracting(StatusReport::status).containsExactly("processing", "completed");
    }

    @Test
    void otherEventsAreIgnored() {
        proof.onSocket(socket -> {
            socket.writeTextMessage("{\"event\":\"hello\"}");
            socket.writeTextMessage("{}");
            socket.writeTextMessage(update(ID, "completed"));
        });
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.reports.size() == 1);
        assertThat(heard.errors).isEmpty();
    }

    @Test
    void whateverKeepsASocketAliveIsCountedByKindAndNoError() {
        proof.onSocket(socket -> {
            for (String heartbeat : List.of("ping", "heartbeat", "", "[]", "1")) {
                socket.writeTextMessage(heartbeat);
            }
            socket.writeTextMessage("{\"type\":\"heartbeat\"}");
            socket.writeBinaryMessage(Buffer.buffer("binary"));
            socket.writeTextMessage(update(ID, "completed"));
        });
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.reports.size() == 1);
        assertThat(heard.errors).isEmpty();
        assertThat(ignored("text")).isEqualTo(5);
        assertThat(ignored("event")).isEqualTo(1);
        assertThat(ignored("binary")).isEqualTo(1);
    }

    @Test
    void anUpdateAfterAByteOrderMarkAndInAnotherLetterCaseIsReportedUnderOurId() {
        proof.onSocket(socket -> socket.writeTextMessage("\uFEFF" + update(ID.toUpperCase(Locale.ROOT), "completed")));
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.reports.size() == 1);
        assertThat(heard.reports.get(0).transactionId()).isEqualTo(ID);
        assertThat(heard.errors).isEmpty();
    }

    private double ignored(String kind) {
        return meters.get("rampgate.proof.socket.messages.ignored")
                .tag("kind", kind)
                .counter()
                .count();
    }

    @Test
    void framesThatBreakTheProtocolAreCountedAndHarmNoNeighbour() {
        proof.onSocket(socket -> {
            socket.writeTextMessage("{\"event\":\"tx.update\",\"status\":\"completed\"}");
            socket.writeTextMessage("{\"event\":\"tx.update\",\"merchant_transaction_id\":\"..\"}");
            socket.writeTextMessage(update("another", "completed"));
            socket.writeTextMessage(update(ID, "completed"));
        });
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.reports.size() == 1);
        assertThat(heard.errors).containsExactly("malformed", "malformed", "other_transaction");
        assertThat(meters.get("rampgate.proof.socket.protocol.errors")
                        .tag("reason", "malformed")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aMessageOrFrameThatIsTooLongEndsTheSocket() {
        proof.onSocket(socket -> socket.writeTextMessage("a".repeat(100_000)));
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 1);
        proof.onSocket(socket -> socket.writeFrame(WebSocketFrame.textFrame("a".repeat(100_000), true)));
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 2);
        assertThat(heard.reports).isEmpty();
        assertThat(heard.errors).containsExactly("frame", "frame");
    }

    @Test
    void aSocketThatProofClosesIsReportedOnce() {
        proof.onSocket(ServerWebSocket::close);
        ProofSocketConnection socket = opened(ID);
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 1);
        assertThat(socket.isOpen()).isFalse();
        socket.close();
        assertThat(heard.closed).hasValue(1);
    }

    @Test
    void aConnectionThatBreaksIsReportedToo() {
        ProofSocketConnection socket = opened(ID);
        await().atMost(PATIENCE).until(() -> proof.sockets().size() == 1);
        proof.breakConnections();
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 1);
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void aPeerThatNeverAnswersOurFarewellIsLeft() {
        proof.onSocket(ServerWebSocket::pause);
        ProofSocketConnection socket = opened(ID);
        await().atMost(PATIENCE).until(() -> proof.sockets().size() == 1);
        socket.close();
        proof.breakConnections();
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 1);
    }

    @Test
    void weMayCloseASocket() {
        ProofSocketConnection socket = opened(ID);
        assertThat(socket.isOpen()).isTrue();
        assertThat(socket.transactionId()).isEqualTo(ID);
        socket.close();
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 1);
        await().atMost(PATIENCE).until(() -> proof.sockets().get(0).isClosed());
    }

    @Test
    void aHealthyPeersAnswersToPingsKeepAQuietSocketOpen() {
        settings.with("socket-ping-interval", "50ms").with("socket-read-idle-timeout", "400ms");
        AtomicInteger pings = new AtomicInteger();
        proof.onSocket(socket -> socket.frameHandler(frame -> pings.incrementAndGet()));
        ProofSocketConnection socket = opened(ID);
        // More pings than fit into the idle limit twice.
        await().atMost(PATIENCE).until(() -> pings.get() > 20);
        assertThat(socket.isOpen()).isTrue();
        assertThat(heard.closed).hasValue(0);
    }

    @Test
    void aPeerThatStaysSilentIsTakenForDead() {
        settings.with("socket-ping-interval", "50ms").with("socket-read-idle-timeout", "200ms");
        // A paused socket reads nothing, and so answers no ping.
        proof.onSocket(ServerWebSocket::pause);
        opened(ID);
        await().atMost(PATIENCE).until(() -> heard.closed.get() == 1);
    }

    @ParameterizedTest
    @CsvSource({
        "401, '{\"error\":\"unauthorised\",\"code\":\"invalid_token\"}', UNAUTHORISED",
        "403, '{\"error\":\"forbidden\",\"code\":\"forbidden_origin\"}', FORBIDDEN",
        "404, '', NOT_FOUND",
        "429, '', RATE_LIMITED",
        "502, <html/>, UPSTREAM_UNAVAILABLE",
        "503, '', UNAVAILABLE",
        "302, '', INVALID_ANSWER",
        "200, '', INVALID_ANSWER"
    })
    void aRefusedUpgradeSaysWhy(int status, String body, Kind kind) {
        proof.then(status, body, "X-Request-Id", "req-9", "Location", "/elsewhere", "Retry-After", "5");

        ProofFailure failure = refused();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.requestId()).contains("req-9");
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(5));
        assertThat(proof.asked()).hasSize(1);
        assertThat(heard.closed).hasValue(0);
    }

    @Test
    void aRefusedTokenIsFollowedByTheOther() {
        settings.with("client-token-next", "tok_made_up_0002");
        proof.then(401, "{}");
        opened(ID);
        assertThat(proof.asked())
                .extracting(asked -> asked.headers().get("Authorization"))
                .containsExactly("Bearer tok_made_up_0001", "Bearer tok_made_up_0002");
    }

    @Test
    void aServerThatIsNotThereIsUnreachable() {
        settings.with("base-url", "http://localhost:1");
        assertThat(refused().kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void anUpgradeThatIsNotAnsweredEndsInTime() {
        settings.with("attempt-timeout", "200ms");
        proof.thenSilence();
        assertThat(refused().kind()).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void aSocketThatOpensAfterItsCallerLeftIsClosedAgain() {
        AtomicInteger closed = new AtomicInteger();
        proof.thenRequest(request -> {
            request.pause();
            vertx.setTimer(200, later -> request.toWebSocket().onSuccess(late -> {
                if (late.isClosed()) {
                    closed.incrementAndGet();
                } else {
                    late.closeHandler(end -> closed.incrementAndGet());
                }
            }));
        });
        socket().connect(ID, heard).subscribe().with(opened -> {}).cancel();
        await().atMost(PATIENCE).until(() -> closed.get() == 1);
        assertThat(heard.closed).hasValue(0);
    }

    private ProofSocket socket() {
        ProofAccess access = settings.access();
        return new ProofSocket(
                connectors,
                access,
                new FailureNotices(meters, access, InstantSource.system()),
                InstantSource.system(),
                vertx);
    }

    private ProofSocketConnection opened(String id) {
        return socket().connect(id, heard)
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitItem(PATIENCE)
                .getItem();
    }

    private ProofFailure refused() {
        return (ProofFailure) socket().connect(ID, heard)
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitFailure(PATIENCE)
                .getFailure();
    }

    private static String update(String id, String status) {
        return "{\"event\":\"tx.update\",\"merchant_transaction_id\":\"" + id + "\",\"status\":\"" + status + "\"}";
    }

    /** Remembers what a socket told. */
    private static final class Heard implements ProofSocket.Listener {
        private final List<StatusReport> reports = new CopyOnWriteArrayList<>();
        private final List<String> errors = new CopyOnWriteArrayList<>();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public void onReport(StatusReport report) {
            reports.add(report);
        }

        @Override
        public void onProtocolError(String reason) {
            errors.add(reason);
        }

        @Override
        public void onClosed() {
            closed.incrementAndGet();
        }
    }
}
