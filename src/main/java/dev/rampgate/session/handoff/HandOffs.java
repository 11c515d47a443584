package dev.rampgate.session.handoff;

import dev.rampgate.database.ConnectionShare;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.session.handoff.HandOffStore.Taken;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Stores opened sessions for the hosted page, and hands them to it. Counted: {@code rampgate.session.hand.off}, by
 * result. The reasons are in decision 40 ({@code docs/decisions/0040-hand-off.md}).
 */
@ApplicationScoped
public class HandOffs {

    /** By which a caller asks for a hand-off, and in which the answer brings the page's address. */
    public static final String HEADER = "Rampgate-Hand-Off";

    private static final Duration WHEN_AWAY = Duration.ofSeconds(2);

    /** Some tries of a page whose connection is bad; no longer, since the session is stored until then. */
    static final Duration AGAIN = Duration.ofSeconds(30);

    private final HandOffStore store;
    private final DetachedWork detached;
    private final ConnectionShare share;
    private final HandOffAddresses addresses;
    private final Duration lifetime;
    private final Duration storeTimeout;
    private final InstantSource clock;
    private final RandomGenerator secret;
    private final MeterRegistry meters;
    private final ThrottledLog outages;

    @Inject
    HandOffs(
            HandOffStore store,
            DetachedWork detached,
            ConnectionShares shares,
            HandOffAddresses addresses,
            HandOffSettings settings,
            @ConfigProperty(name = "rampgate.session.store-timeout") Duration storeTimeout,
            InstantSource clock,
            MeterRegistry meters) {
        this.store = store;
        this.detached = detached;
        this.share = shares.sessions();
        this.addresses = addresses;
        this.lifetime = settings.lifetime();
        this.storeTimeout = storeTimeout;
        this.clock = clock;
        this.secret = new SecureRandom();
        this.meters = meters;
        this.outages = new ThrottledLog(Logger.getLogger(HandOffs.class), clock);
    }

    /**
     * Whether a request for a session asks for a hand-off.
     *
     * @throws ProblemException 400 if it does so in a way that cannot be understood, or where there is none
     */
    public boolean isAskedFor(RoutingContext routing) {
        List<String> values = routing.request().headers().getAll(HEADER);
        if (values.isEmpty() || values.equals(List.of("false"))) {
            return false;
        }
        if (!values.equals(List.of("true"))) {
            throw refused("must occur once and be true or false");
        }
        if (!addresses.areSet()) {
            throw refused("is not offered here");
        }
        return true;
    }

    /**
     * Stores a session for the hosted page.
     *
     * @param session Proof's answer
     * @param returnTo where the user may be sent afterwards
     * @param askedAt when the user asked for the session
     * @return the address of the page, with a code; none if the session could not be stored, which is no reason to keep the
     *     session from its user, or if the user was erased since
     */
    public Uni<Optional<String>> offer(String userId, byte[] session, Optional<String> returnTo, Instant askedAt) {
        HandOffCode code = HandOffCode.draw(secret);
        return inTime(store.keep(
                        code,
                        userId,
                        content(session, returnTo),
                        askedAt,
                        clock.instant().plus(lifetime)))
                .map(kept -> Optional.of(addresses.pageFor(code)).filter(page -> kept))
                .invoke(page -> count(page.isPresent() ? "offered" : "erased"))
                .onFailure()
                .invoke(this::away)
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    /**
     * What a code opens, once. A code that no page was handed anything for is not used up:
     *
     * <ul>
     *   <li>where the client hung up before its answer began, the code works again;
     *   <li>a page that names itself may ask again for {@link #AGAIN} after its first time, since an answer may get lost after
     *       it left. No other page may.
     * </ul>
     *
     * @param page what the page calls itself, random and known to it alone; none for a caller that only has the code
     * @return JSON with {@code session}, byte for byte, and {@code return_to}; fails with a {@link ProblemException}: 404
     *     whatever is wrong with the code, 503 if the database does not answer
     */
    Uni<Buffer> redeem(String code, Optional<String> page) {
        HandOffCode brought = HandOffCode.of(code);
        return page.map(name -> store.take(brought, name, clock.instant().plus(AGAIN)))
                .map(this::inTime)
                .orElseGet(() -> takeOnce(brought))
                .onFailure()
                .invoke(this::away)
                .onFailure()
                .transform(away ->
                        new ProblemException(Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(WHEN_AWAY)))
                .map(found -> {
                    count(found.isPresent() ? "redeemed" : "refused");
                    return found.map(Taken::content)
                            .map(Buffer::buffer)
                            .orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND));
                });
    }

    /** Taken in vain if the client has gone, or was answered with 503, before it could be answered; then it is put back. */
    private Uni<Optional<Taken>> takeOnce(HandOffCode code) {
        AtomicBoolean inVain = new AtomicBoolean();
        AtomicReference<Taken> unanswered = new AtomicReference<>();
        Instant begunAt = clock.instant();
        Uni<Void> putBack = Uni.createFrom()
                .deferred(() -> Optional.ofNullable(inVain.get() ? unanswered.getAndSet(null) : null)
                        .map(taken -> putBack(code, taken, begunAt))
                        .orElse(Uni.createFrom().voidItem()));
        Runnable giveUp = () -> {
            inVain.set(true);
            detached.toItsEnd(putBack).subscribe().with(done -> {}, this::away);
        };
        return inTime(store.take(code)
                        .invoke(found -> unanswered.set(found.orElse(null)))
                        .call(() -> putBack))
                .onFailure()
                .invoke(giveUp)
                .onCancellation()
                .invoke(giveUp);
    }

    private Uni<Void> putBack(HandOffCode code, Taken taken, Instant begunAt) {
        count("put_back");
        return store.keep(code, taken.userId(), taken.content(), begunAt, taken.expiresAt())
                .replaceWithVoid();
    }

    /** The statement continues, but the request does not wait for it any longer. */
    private <T> Uni<T> inTime(Uni<T> asked) {
        return detached.toItsEnd(share.within(() -> asked))
                .ifNoItem()
                .after(storeTimeout)
                .fail();
    }

    /** Proof's answer, byte for byte: parsing it would change it. */
    private static byte[] content(byte[] session, Optional<String> returnTo) {
        Buffer content = Buffer.buffer("{\"session\":").appendBytes(session);
        returnTo.ifPresent(url -> content.appendString(",\"return_to\":").appendString(Json.encode(url)));
        return content.appendString("}").getBytes();
    }

    private void away(Throwable failure) {
        boolean outage = DatabaseFailure.isOutage(failure);
        count(outage ? "away" : "busy");
        outages.warn(
                outage
                        ? "Sessions can neither be given away nor handed over: %s"
                        : "A session was not given away or handed over though the database is there: %s",
                DatabaseFailure.detail(failure));
    }

    private void count(String result) {
        meters.counter("rampgate.session.hand.off", "result", result).increment();
    }

    private static ProblemException refused(String rule) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(HEADER, rule))));
    }
}
