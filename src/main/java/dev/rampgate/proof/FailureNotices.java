package dev.rampgate.proof;

import dev.rampgate.proof.ProofFailure.Kind;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Reports Proof's failures: counts each of them, and logs for the operator those that only an operator can resolve
 * (Proof contract, section 9, G14 and G16).
 */
@Singleton
class FailureNotices {
    private static final Logger LOG = Logger.getLogger(FailureNotices.class);

    private final MeterRegistry meters;
    private final String origin;
    private final ThrottledLog invalid;
    private final ThrottledLog respelled;
    /** Users cause these lines by what they ask for; each kind of failure has its own throttle. */
    private final Map<Kind, ThrottledLog> refusals = new EnumMap<>(Kind.class);

    FailureNotices(MeterRegistry meters, ProofAccess access, InstantSource clock) {
        for (Kind kind : Kind.values()) {
            refusals.put(kind, new ThrottledLog(LOG, clock));
        }
        this.meters = meters;
        this.origin = access.origin();
        this.invalid = new ThrottledLog(LOG, clock);
        this.respelled = new ThrottledLog(LOG, clock);
    }

    /** Counts one failed attempt. */
    void failed(Call call, ProofFailure failure) {
        meters.counter(
                        "rampgate.proof.failures",
                        "call",
                        call.wireName(),
                        "kind",
                        failure.kind().wireName())
                .increment();
    }

    /** Counts one attempt that follows a failed one. */
    void retried(Call call, ProofFailure failure) {
        meters.counter(
                        "rampgate.proof.retries",
                        "call",
                        call.wireName(),
                        "kind",
                        failure.kind().wireName())
                .increment();
    }

    /** Shows a circuit breaker among the metrics: 1 while it is open. */
    void watch(Call call, CircuitBreaker breaker) {
        Gauge.builder("rampgate.proof.breaker.open", breaker, watched -> watched.isClosed() ? 0 : 1)
                .tag("call", call.wireName())
                .description("Whether the circuit breaker is open")
                .register(meters);
    }

    /** Logs that a circuit breaker opened or closed. */
    void turned(Call call, CircuitBreaker breaker) {
        if (breaker.isClosed()) {
            LOG.infof("Proof is up again for %s calls", call.wireName());
        } else {
            LOG.warnf("Proof is down for %s calls: one call at a time tries it", call.wireName());
        }
    }

    /** Counts a socket's frame that breaks the protocol. */
    void protocolError(String reason) {
        meters.counter("rampgate.proof.socket.protocol.errors", "reason", reason)
                .increment();
    }

    /** Counts a message of a socket that is none of the contract's, such as a heartbeat; it does no harm. */
    void ignoredMessage(String kind) {
        meters.counter("rampgate.proof.socket.messages.ignored", "kind", kind).increment();
    }

    /** Counts that Proof spells an id in another letter case than we do, and logs it now and then. */
    void respelled(Call call, String id) {
        meters.counter("rampgate.proof.ids.respelled", "call", call.wireName()).increment();
        respelled.warn(
                "Proof spells the id of transaction %s in another letter case (%s); it counts as the same",
                printable(id), call.wireName());
    }

    /** Logs that one of the two client tokens was refused and the other is used from now on. */
    void otherToken(ProofFailure failure) {
        LOG.warnf(
                "Proof refused one of the two client tokens; the other is used from now on. When the rotation is complete,"
                        + " set rampgate.proof.client-token to the new one and remove client-token-next. Request %s",
                request(failure));
    }

    /**
     * Logs what the operator can do about a call that failed for good, if there is anything.
     *
     * @param subject what the call was about, free of personal data
     */
    void lost(Call call, String subject, ProofFailure failure) {
        switch (failure.kind()) {
            case CURRENCY_NOT_ALLOWED ->
                error(call, subject, failure, "Ask Proof to enable this currency, or stop offering it");
            case WALLET_NOT_SUPPORTED ->
                error(
                        call,
                        subject,
                        failure,
                        "Ask Proof to provide a wallet for this pair of currency and network, or stop offering it");
            case SELL_NOT_ENABLED -> error(call, subject, failure, "Ask Proof to enable selling, or stop offering it");
            case UNAUTHORISED ->
                error(
                        call,
                        subject,
                        failure,
                        "Check rampgate.proof.client-token against what Proof handed over; if Proof is rotating it,"
                                + " set rampgate.proof.client-token-next too");
            case FORBIDDEN ->
                error(
                        call,
                        subject,
                        failure,
                        "Register this server's outgoing address with Proof, or the Origin if one is configured ("
                                + (origin == null ? "none is" : origin) + "); a proxy is rampgate.proof.proxy");
            case INVALID_ANSWER ->
                invalid.warn(
                        "The %s call about %s brought an answer that cannot be used: %s",
                        call.wireName(), printable(subject), failure.getMessage());
            case INVALID_REQUEST,
                    NOT_FOUND,
                    VERIFICATION_REQUIRED,
                    RATE_LIMITED,
                    INTERNAL_ERROR,
                    UPSTREAM_ERROR,
                    UPSTREAM_UNAVAILABLE,
                    UNAVAILABLE,
                    UNREACHABLE,
                    TIMEOUT,
                    REFUSED ->
                LOG.debugf("Call %s about %s: %s", call.wireName(), printable(subject), failure.getMessage());
        }
    }

    private void error(Call call, String subject, ProofFailure failure, String whatToDo) {
        refusals.get(failure.kind())
                .error(
                        "Proof refused the %s call about %s: %s. %s. Quote request %s to Proof's support",
                        call.wireName(), printable(subject), failure.kind().wireName(), whatToDo, request(failure));
    }

    private static String request(ProofFailure failure) {
        return failure.requestId().orElse("(without id)");
    }

    /** What users and strangers may have written must not be able to forge a line of the log. */
    private static String printable(String subject) {
        String cut = subject.length() > 160 ? subject.substring(0, 160) : subject;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
