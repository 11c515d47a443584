package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.proof.ProofFailure.Kind;
import dev.rampgate.support.LogListener;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What only an operator can mend is counted, and the log says what to do (Proof contract, section 9, G14 and G16). */
class FailureNoticesTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LogListener log = LogListener.on(FailureNotices.class.getName());

    private Instant now = Instant.parse("2026-05-02T08:00:00Z");

    @AfterEach
    void stopListening() {
        log.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request, currency_not_allowed, Ask Proof to enable this currency",
        "400, wallet_not_supported, WALLET_NOT_SUPPORTED, Ask Proof to provide a wallet for this pair",
        "403, forbidden, forbidden_origin, Register this server's outgoing address with Proof",
        "401, unauthorised, invalid_token, Check rampgate.proof.client-token",
        "403, offramp_disabled, offramp_disabled, Ask Proof to enable selling"
    })
    void whatOnlyAnOperatorCanMendSaysWhatToDo(int status, String error, String code, String whatToDo) {
        ProofFailure failure = answered(status, error, code);
        FailureNotices notices = notices("https://app.example.test");

        notices.failed(Call.SESSION, failure);
        notices.lost(Call.SESSION, "buy DOGE on ERC20", failure);

        assertThat(log.logged()).hasSize(1);
        assertThat(log.logged().get(0).getLevel().intValue()).isGreaterThanOrEqualTo(Level.SEVERE.intValue());
        assertThat(text())
                .contains("buy DOGE on ERC20", failure.kind().wireName(), whatToDo, "req-77")
                .doesNotContain("tok_made_up");
        assertThat(meters.get("rampgate.proof.failures")
                        .tag("call", "session")
                        .tag("kind", failure.kind().wireName())
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aForbiddenCallNamesTheOriginThatIsSentOrThatNoneIs() {
        ProofFailure failure = answered(403, "forbidden", "forbidden_origin");
        notices(null).lost(Call.SOCKET, "abc", failure);
        notices("https://app.example.test").lost(Call.SOCKET, "abc", failure);

        assertThat(text()).contains("none is").contains("https://app.example.test");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"RATE_LIMITED", "UPSTREAM_ERROR", "TIMEOUT", "UNREACHABLE", "NOT_FOUND", "INVALID_REQUEST"})
    void whatPassesByItselfRaisesNoAlarm(Kind kind) {
        notices(null).lost(Call.TRANSACTION, "abc", ProofFailure.answered(kind, 400, null, null, null, null));

        assertThat(log.logged()).noneMatch(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue());
    }

    @Test
    void aFloodOfRefusalsIsCountedAndNotWritten() {
        FailureNotices notices = notices(null);
        ProofFailure currency = answered(400, "invalid_request", "currency_not_allowed");

        for (int each = 0; each < 1_000; each++) {
            notices.lost(Call.SESSION, "buy DOGE on ERC20", currency);
        }
        notices.lost(Call.SESSION, "buy USDC on ERC20", answered(401, "unauthorised", "invalid_token"));
        now = now.plus(ThrottledLog.WINDOW);
        notices.lost(Call.SESSION, "buy DOGE on ERC20", currency);

        assertThat(log.logged()).hasSize(ThrottledLog.LINES + 2);
        assertThat(text()).contains("unauthorised", "(995 more like it were not logged)");
    }

    @Test
    void whatAStrangerWroteCannotForgeALine() {
        notices(null).lost(Call.TRANSACTION, "abc\n2026-05-02 ERROR forged", answered(401, "unauthorised", "x"));

        assertThat(text()).doesNotContain("\n").contains("abc?2026");
    }

    private static ProofFailure answered(int status, String error, String code) {
        String body = "{\"error\":\"" + error + "\",\"code\":\"" + code + "\"}";
        return new Answer(status, "req-77", null, body.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .failure(java.time.Instant.EPOCH);
    }

    private FailureNotices notices(String origin) {
        ProofSettingsFixture settings = ProofSettingsFixture.complete();
        return new FailureNotices(
                meters, (origin == null ? settings : settings.with("origin", origin)).access(), () -> now);
    }

    private String text() {
        return String.join(
                " | ",
                log.logged().stream().map(ExtLogRecord::getFormattedMessage).toList());
    }
}
