package dev.rampgate.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofFailure.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SessionProblemsTest {

    @ParameterizedTest
    @CsvSource({
        "CURRENCY_NOT_ALLOWED, CURRENCY_NOT_ALLOWED",
        "WALLET_NOT_SUPPORTED, WALLET_NOT_SUPPORTED",
        "SELL_NOT_ENABLED, SELL_NOT_OFFERED",
        "VERIFICATION_REQUIRED, KYC_REQUIRED",
        "INVALID_REQUEST, INVALID_REQUEST",
        "UNAUTHORISED, RAMP_ERROR",
        "FORBIDDEN, RAMP_ERROR",
        "NOT_FOUND, RAMP_ERROR",
        "REFUSED, RAMP_ERROR",
        "INVALID_ANSWER, RAMP_ERROR",
        "INTERNAL_ERROR, RAMP_ERROR",
        "RATE_LIMITED, RAMP_UNAVAILABLE",
        "UPSTREAM_ERROR, RAMP_UNAVAILABLE",
        "UPSTREAM_UNAVAILABLE, RAMP_UNAVAILABLE",
        "UNAVAILABLE, RAMP_UNAVAILABLE",
        "UNREACHABLE, RAMP_UNAVAILABLE",
        "TIMEOUT, RAMP_UNAVAILABLE"
    })
    void whatTheUserCanChangeIsNamedAndNothingElse(Kind kind, ProblemType type) {
        assertThat(problem(kind, null).type()).isEqualTo(type);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void proofsWordsStayInside(Kind kind) {
        assertThat(problem(kind, null).encode("our-id")).doesNotContain("upstream_error", "provider_error");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void proofsRequestIdIsKeptForSupport(Kind kind) {
        assertThat(problem(kind, null).encode("our-id")).contains("our-id", "req-77");
    }

    @Test
    void aRefusalThatMayPassSaysWhenToTryAgain() {
        assertThat(problem(Kind.RATE_LIMITED, Duration.ofSeconds(30)).retryAfter())
                .contains(Duration.ofSeconds(30));
        assertThat(problem(Kind.TIMEOUT, null).retryAfter()).isPresent();
        assertThat(problem(Kind.FORBIDDEN, null).retryAfter()).isEmpty();
    }

    private static Problem problem(Kind kind, Duration retryAfter) {
        return SessionProblems.of(
                        ProofFailure.answered(kind, 400, "upstream_error", "provider_error", "req-77", retryAfter))
                .problem();
    }
}
