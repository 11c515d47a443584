package dev.rampgate.backoffice;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.edge.address.ClientAddress;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.SecretSet;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * Finds out which actor calls: by a bearer token of its own, by a token of the company's issuer, or by a proxy that has signed a person in. Wrong tokens are counted by address; beyond {@code rampgate.operate.limits.wrong-token},
 * no token from that address is compared, a right one included.
 */
@ApplicationScoped
public class ActorAuthentication {

    private static final String SCHEME = "Bearer ";
    private static final String UNKNOWN = "unknown";

    private final ActorTokenFiles files;
    private final PeopleByToken byToken;
    private final PeopleByProxy byProxy;
    private final ClientAddress address;
    private final RateLimits.Failures wrongTokens;

    ActorAuthentication(
            ActorTokenFiles files,
            PeopleByToken byToken,
            PeopleByProxy byProxy,
            OperatorSettings settings,
            ClientAddress address,
            RateLimits limits) {
        this.files = files;
        this.byToken = byToken;
        this.byProxy = byProxy;
        this.address = address;
        this.wrongTokens = limits.failures(
                "operate_wrong_token",
                "rampgate.operate.limits.wrong-token",
                settings.limits().wrongToken());
    }

    /** Whether there is no actor, so that nobody could call. */
    boolean isOff() {
        return files.tokens().areMissing() && byToken.isOff() && byProxy.isOff();
    }

    /**
     * Who makes a call: the person whom the proxy names if the call claims to come through it, else the actor or the person whose bearer token
     * it carries. Fails with {@link ProblemException}: 401 for a caller who is not known, 403 for a person without a role, 429 after too many wrong
     * secrets and tokens from the caller's address, 503 if the issuer's keys were never read.
     */
    Uni<Actor> caller(RoutingContext routing) {
        MultiMap headers = routing.request().headers();
        String source = source(routing);
        Context context = Vertx.currentContext();
        return Uni.createFrom().deferred(() -> {
            if (byProxy.isClaimed(headers)) {
                wrongTokens.check(source);
                return counted(source, Uni.createFrom().item(() -> byProxy.actor(headers)));
            }
            String token = bearer(headers);
            wrongTokens.check(source);
            Optional<Actor> actor = files.tokens().find(token);
            if (actor.isPresent()) {
                return Uni.createFrom().item(actor.get());
            }
            Uni<Actor> person = counted(source, byToken.actor(token));
            // Keys that had to be read may arrive on another thread; the call goes on where it belongs.
            return context == null ? person : person.emitOn(command -> context.runOnContext(here -> command.run()));
        });
    }

    /**
     * The person whom the proxy names, with keys that no other person has; empty if a request does not claim to come through the proxy.
     *
     * @param purpose what the keys are for; they cease with the proxy's secret
     * @throws ProblemException as {@link #caller} fails
     */
    public Optional<KeyedActor> proxied(RoutingContext routing, String purpose) {
        MultiMap headers = routing.request().headers();
        if (!byProxy.isClaimed(headers)) {
            return Optional.empty();
        }
        String source = source(routing);
        wrongTokens.check(source);
        try {
            Actor person = byProxy.actor(headers);
            return Optional.of(new KeyedActor(person, byProxy.keys(purpose + " " + person.name())));
        } catch (ProblemException refused) {
            if (refused.problem().type() == ProblemType.UNAUTHENTICATED) {
                wrongTokens.count(source);
            }
            throw refused;
        }
    }

    private static String bearer(MultiMap headers) {
        List<String> values = headers.getAll(HttpHeaders.AUTHORIZATION);
        if (values.size() != 1 || !values.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(Problem.of(ProblemType.UNAUTHENTICATED));
        }
        return values.get(0).substring(SCHEME.length()).strip();
    }

    private Uni<Actor> counted(String source, Uni<Actor> actor) {
        return actor.onFailure(ActorAuthentication::isUnauthenticated).invoke(wrong -> wrongTokens.count(source));
    }

    private static boolean isUnauthenticated(Throwable failure) {
        return failure instanceof ProblemException refused && refused.problem().type() == ProblemType.UNAUTHENTICATED;
    }

    private String source(RoutingContext routing) {
        return address.source(routing).orElse(UNKNOWN);
    }

    /**
     * The actor whose token this is, or the person whom it names, for the caller of this request. Fails with {@link ProblemException}: 401 if it is
     * invalid, 403 for a person without a role, 429 after too many wrong ones from the request's address, 503 if the issuer's keys were never read.
     */
    public Uni<Actor> actor(String token, RoutingContext routing) {
        String source = source(routing);
        return Uni.createFrom().deferred(() -> {
            wrongTokens.check(source);
            return files.tokens()
                    .find(token)
                    .map(actor -> Uni.createFrom().item(actor))
                    .orElseGet(() -> counted(source, byToken.actor(token)));
        });
    }

    /**
     * The person whom a token of the issuer names, with a key that only a holder of the token can derive; empty if the token is invalid or expired.
     * Fails with {@link ProblemException}: 403 for a person without a role, 503 if the issuer's keys were never read.
     *
     * @param purpose what the key is for
     */
    public Uni<Optional<KeyedActor>> person(String token, String purpose) {
        return byToken.actor(token)
                .map(person -> Optional.of(new KeyedActor(person, List.of(SecretSet.key(token, purpose)))))
                .onFailure(ActorAuthentication::isUnauthenticated)
                .recoverWithItem(Optional.empty());
    }

    /**
     * The actor of this name, and a key for each of its tokens. A key is derived from a token for one purpose and does not reveal it; it
     * ceases with the token, at every replica.
     *
     * @param purpose what the keys are for; keys for different purposes are independent
     */
    public Optional<KeyedActor> named(String name, String purpose) {
        return files.tokens().named(name, purpose);
    }

    /**
     * An actor and its keys.
     *
     * @param actor who it is
     * @param keys 32 bytes each, one for each token, in their order
     */
    public record KeyedActor(Actor actor, List<byte[]> keys) {}
}
