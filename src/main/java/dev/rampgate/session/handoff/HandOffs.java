package dev.rampgate.session.handoff;

import dev.rampgate.edge.Problem;
import dev.rampgate.edge.Problem.FieldError;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Gives opened sessions away to the hosted page, and hands them over there. Counted: {@code rampgate.session.hand.off}, by
 * result. Why it is done so says {@code docs/decisions/0040-hand-off.md}.
 */
@ApplicationScoped
public class HandOffs {

    /** By which a caller asks for a hand-off, and in which the answer brings the page's address. */
    public static final String HEADER = "Rampgate-Hand-Off";

    private static final Logger LOG = Logger.getLogger(HandOffs.class);
    private static final Duration WHEN_AWAY = Duration.ofSeconds(2);

    private final HandOffStore store;
    private final HandOffAddresses addresses;
    private final Duration lifetime;
    private final Duration storeTimeout;
    private final InstantSource clock;
    private final RandomGenerator secret;
    private final MeterRegistry meters;

    @Inject
    HandOffs(
            HandOffStore store,
            HandOffAddresses addresses,
            HandOffSettings settings,
            @ConfigProperty(name = "rampgate.session.store-timeout") Duration storeTimeout,
            InstantSource clock,
            MeterRegistry meters) {
        this.store = store;
        this.addresses = addresses;
        this.lifetime = settings.lifetime();
        this.storeTimeout = storeTimeout;
        this.clock = clock;
        this.secret = new SecureRandom();
        this.meters = meters;
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
            throw refused("must stand once and be true or false");
        }
        if (!addresses.areSet()) {
            throw refused("is not offered here");
        }
        return true;
    }

    /**
     * Gives a session away.
     *
     * @param session Proof's answer
     * @param returnTo where the user may be sent afterwards
     * @return the address of the page, with a code; none if the session could not be stored, which is no reason to keep the
     *     session from its user
     */
    public Uni<Optional<String>> offer(String userId, byte[] session, Optional<String> returnTo) {
        HandOffCode code = HandOffCode.draw(secret);
        return store.keep(
                        code,
                        userId,
                        content(session, returnTo),
                        clock.instant().plus(lifetime))
                .ifNoItem()
                .after(storeTimeout)
                .fail()
                .map(kept -> Optional.of(addresses.pageFor(code)))
                .invoke(page -> count("offered"))
                .onFailure()
                .invoke(this::away)
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    /**
     * What a code is good for, once.
     *
     * @return JSON with {@code session}, byte for byte, and {@code return_to}; fails with a {@link ProblemException}: 404
     *     whatever is wrong with the code, 503 if the database does not answer
     */
    Uni<Buffer> redeem(String code) {
        return store.take(HandOffCode.of(code))
                .ifNoItem()
                .after(storeTimeout)
                .fail()
                .onFailure()
                .invoke(this::away)
                .onFailure()
                .transform(away ->
                        new ProblemException(Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(WHEN_AWAY)))
                .map(found -> {
                    count(found.isPresent() ? "redeemed" : "refused");
                    return found.map(Buffer::buffer).orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND));
                });
    }

    /** Proof's answer as it is: parsing it would tidy it up. */
    private static byte[] content(byte[] session, Optional<String> returnTo) {
        Buffer content = Buffer.buffer("{\"session\":").appendBytes(session);
        returnTo.ifPresent(url -> content.appendString(",\"return_to\":").appendString(Json.encode(url)));
        return content.appendString("}").getBytes();
    }

    private void away(Throwable failure) {
        count("away");
        LOG.warnf(
                "Sessions can neither be given away nor handed over: %s",
                failure.getClass().getSimpleName());
    }

    private void count(String result) {
        meters.counter("rampgate.session.hand.off", "result", result).increment();
    }

    private static ProblemException refused(String rule) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(HEADER, rule))));
    }
}
