package dev.rampgate.proof;

import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.wire.TransactionIds;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Calls Proof. The only place that turns its errors into {@link ProofFailure}s and decides what is tried again. All
 * other classes call Proof through this one or {@link ProofSocket}.
 */
@Startup
@Singleton
public class ProofClient implements ProofTransactions {
    private static final Duration SHORTEST_TIMER = Duration.ofMillis(1);

    private final ProofAccess access;
    private final ProofApi sessions;
    private final ProofApi transactions;
    private final ProofApi users;
    private final SessionRetry retry;
    private final FailureNotices notices;
    private final InstantSource clock;
    private final Function<Duration, Uni<Void>> pause;
    private final CircuitBreaker sessionBreaker;
    private final CircuitBreaker kycBreaker;

    @Inject
    ProofClient(ProofAccess access, FailureNotices notices, InstantSource clock, RandomGenerator random) {
        this(access, notices, new SessionRetry(SessionRetry.backoff(random)), clock, ProofClient::pause);
    }

    /** @param pause completes after the delay; at once in tests */
    ProofClient(
            ProofAccess access,
            FailureNotices notices,
            SessionRetry retry,
            InstantSource clock,
            Function<Duration, Uni<Void>> pause) {
        this.access = access;
        // A pool of connections each: polls must not starve users, nor the other way round.
        this.sessions = ProofApiConnector.connect(access);
        this.transactions = ProofApiConnector.connect(access);
        this.users = ProofApiConnector.connect(access);
        this.retry = retry;
        this.notices = notices;
        this.clock = clock;
        this.pause = pause;
        this.sessionBreaker = new CircuitBreaker(clock);
        notices.watch(Call.SESSION, sessionBreaker);
        this.kycBreaker = new CircuitBreaker(clock);
        notices.watch(Call.KYC_STATUS, kycBreaker);
    }

    /**
     * Opens a session: {@code POST /widget/session}, tried again as the Proof contract, section 7, says, within the
     * session deadline. While Proof is down only single calls try it; the others fail as {@code UNAVAILABLE}, with
     * the time until the next try.
     *
     * @return the session; fails with the {@link ProofFailure} of the last attempt, and with nothing else
     */
    public Uni<ProofSession> openSession(SessionCall call) {
        byte[] body = call.body();
        return persistently(new Question<>(
                Call.SESSION,
                call.subject(),
                sessionBreaker,
                token -> sessions.openSession(token, access.origin(), body),
                ProofSession::of));
    }

    /**
     * Asks how far a user's identity check is: {@code GET /widget/users/{id}/kyc-status}, tried again like
     * {@link #openSession}. For messages to the user alone; nothing may depend on it (Proof contract, section 10).
     *
     * @param userId {@code partner_user_id} of the user's sessions
     * @return also for a user whom Proof does not know; fails with a {@link ProofFailure}, and with nothing else
     */
    public Uni<KycStatus> kycStatus(String userId) {
        return persistently(new Question<>(
                        Call.KYC_STATUS,
                        "a user's identity check",
                        kycBreaker,
                        token -> users.kycStatus(token, access.origin(), UrlText.encoded(userId)),
                        KycStatus::of))
                .onFailure(failure -> ((ProofFailure) failure).kind() == ProofFailure.Kind.NOT_FOUND)
                .recoverWithItem(KycStatus.NOT_STARTED);
    }

    @Override
    public Uni<StatusReport> transaction(String id) {
        if (!TransactionIds.isPossible(id)) {
            return Uni.createFrom().failure(ProofFailure.impossibleId());
        }
        Uni<StatusReport> report = once(
                        Call.TRANSACTION,
                        access.attemptTimeout(),
                        token -> transactions.transaction(token, access.origin(), UrlText.encoded(id)),
                        answer -> report(id, answer))
                .invoke(found -> {
                    if (!found.transactionId().equals(id)) {
                        notices.respelled(Call.TRANSACTION, id);
                    }
                })
                .onFailure(ProofFailure.class)
                .invoke(failure -> notices.lost(Call.TRANSACTION, id, failure));
        return onCallersContext(report);
    }

    /** A call that is worth another attempt. */
    private record Question<T>(
            Call call,
            String subject,
            CircuitBreaker breaker,
            Function<String, Uni<Response>> request,
            Function<Answer, T> reading) {}

    private <T> Uni<T> persistently(Question<T> question) {
        Uni<T> answer = Uni.createFrom()
                .deferred(() -> question.breaker()
                        .refusal()
                        .map(wait -> Uni.createFrom().<T>failure(ProofFailure.notAsked(wait)))
                        .orElseGet(() -> attempt(
                                question,
                                SessionRetry.Attempts.FIRST,
                                clock.instant().plus(access.sessionDeadline()))))
                .onFailure(ProofFailure.class)
                .invoke(failure -> notices.lost(question.call(), question.subject(), failure));
        // To its end with all its attempts, so that the breaker hears how each ended and what Proof did is known.
        return onCallersContext(DetachedWork.uncancelled(answer));
    }

    private <T> Uni<T> attempt(Question<T> question, SessionRetry.Attempts attempts, Instant deadline) {
        return once(
                        question.call(),
                        shorter(access.attemptTimeout(), left(deadline)),
                        question.request(),
                        question.reading())
                .onItemOrFailure()
                .invoke((answer, failure) -> ended(question, failure))
                .onFailure(ProofFailure.class)
                .recoverWithUni(failure -> again(question, attempts, deadline, failure));
    }

    private <T> Uni<T> again(
            Question<T> question, SessionRetry.Attempts attempts, Instant deadline, ProofFailure failure) {
        return retry.after(failure, attempts, left(deadline), access.tokens().hasOther())
                .map(next -> {
                    notices.retried(question.call(), failure);
                    return pause.apply(next.delay())
                            .chain(() -> left(deadline).compareTo(Duration.ZERO) > 0
                                    ? attempt(question, next.attempts(), deadline)
                                    : Uni.createFrom().failure(failure));
                })
                .orElseGet(() -> Uni.createFrom().failure(failure));
    }

    /** One attempt of one call, with the token that is currently preferred. Fails with nothing but a ProofFailure. */
    private <T> Uni<T> once(
            Call call, Duration limit, Function<String, Uni<Response>> request, Function<Answer, T> reading) {
        return Uni.createFrom().deferred(() -> {
            ClientTokens.Token token = access.tokens().preferred();
            // Continues when the caller has gone; see ProofApiConnector.
            return DetachedWork.uncancelled(Uni.createFrom()
                            .deferred(() -> request.apply(token.authorization()))
                            .map(Answer::of))
                    .ifNoItem()
                    .after(forTimer(limit))
                    .fail()
                    .map(answer -> read(answer, reading))
                    .onFailure()
                    .transform(Unanswered::because)
                    .onFailure(ProofFailure.class)
                    .invoke(failure -> failed(call, token, failure));
        });
    }

    private <T> T read(Answer answer, Function<Answer, T> reading) {
        if (!answer.isSuccess()) {
            throw answer.failure(clock.instant());
        }
        return reading.apply(answer);
    }

    private static StatusReport report(String id, Answer answer) {
        try {
            StatusReport report = StatusReports.fromTransaction(answer.body());
            if (!report.transactionId().equalsIgnoreCase(id)) {
                throw ProofFailure.invalidAnswer(answer.status(), "is about another transaction", answer.requestId());
            }
            return report;
        } catch (MalformedReport malformed) {
            throw ProofFailure.invalidAnswer(answer.status(), malformed.getMessage(), answer.requestId());
        }
    }

    private void failed(Call call, ClientTokens.Token token, ProofFailure failure) {
        notices.failed(call, failure);
        if (failure.kind() == ProofFailure.Kind.UNAUTHORISED && access.tokens().refused(token)) {
            notices.otherToken(failure);
        }
    }

    private void ended(Question<?> question, Throwable failure) {
        if (question.breaker().ended(failure)) {
            notices.turned(question.call(), question.breaker());
        }
    }

    /** Over after this long, which may be no time at all. */
    static Uni<Void> pause(Duration delay) {
        return Uni.createFrom().voidItem().onItem().delayIt().by(forTimer(delay));
    }

    /** The timers below count whole milliseconds, and refuse none. */
    private static Duration forTimer(Duration delay) {
        return delay.compareTo(SHORTEST_TIMER) < 0 ? SHORTEST_TIMER : delay;
    }

    private Duration left(Instant deadline) {
        return Duration.between(clock.instant(), deadline);
    }

    private static Duration shorter(Duration limit, Duration left) {
        return left.compareTo(limit) < 0 ? left : limit;
    }

    /** Timeouts and pauses end on other threads; the caller gets its answer where it asked. */
    private static <T> Uni<T> onCallersContext(Uni<T> call) {
        return Uni.createFrom().deferred(() -> {
            Context context = Vertx.currentContext();
            return context == null ? call : call.emitOn(command -> context.runOnContext(here -> command.run()));
        });
    }
}
