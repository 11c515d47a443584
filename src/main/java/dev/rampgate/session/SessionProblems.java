package dev.rampgate.session;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.proof.ProofFailure;
import java.time.Duration;

/**
 * The problem that the user gets when Proof does not open a session (Proof contract, section 7). It names what the user can
 * change; everything else is a ramp that is not available now. It carries Proof's request id for support.
 */
final class SessionProblems {

    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private SessionProblems() {}

    static ProblemException of(ProofFailure failure) {
        ProblemType type = type(failure.kind());
        Problem problem = failure.requestId()
                .map(id -> Problem.of(type, "Support reference: " + id))
                .orElse(Problem.of(type));
        return new ProblemException(
                type == ProblemType.RAMP_UNAVAILABLE
                        ? problem.withRetryAfter(failure.retryAfter().orElse(TRY_AGAIN))
                        : problem);
    }

    private static ProblemType type(ProofFailure.Kind kind) {
        return switch (kind) {
            case CURRENCY_NOT_ALLOWED -> ProblemType.CURRENCY_NOT_ALLOWED;
            case WALLET_NOT_SUPPORTED -> ProblemType.WALLET_NOT_SUPPORTED;
            case SELL_NOT_ENABLED -> ProblemType.SELL_NOT_OFFERED;
            case VERIFICATION_REQUIRED -> ProblemType.KYC_REQUIRED;
            case INVALID_REQUEST -> ProblemType.INVALID_REQUEST;
            case UNAUTHORISED, FORBIDDEN, NOT_FOUND, REFUSED, INVALID_ANSWER, INTERNAL_ERROR -> ProblemType.RAMP_ERROR;
            case RATE_LIMITED, UPSTREAM_ERROR, UPSTREAM_UNAVAILABLE, UNAVAILABLE, UNREACHABLE, TIMEOUT ->
                ProblemType.RAMP_UNAVAILABLE;
        };
    }
}
