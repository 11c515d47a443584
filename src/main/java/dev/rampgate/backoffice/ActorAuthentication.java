package dev.rampgate.backoffice;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.edge.address.ClientAddress;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * Finds out which actor calls, by its bearer token. Wrong tokens are counted by address; beyond {@code rampgate.operate.limits.wrong-token},
 * no token from that address is compared, a right one included.
 */
@ApplicationScoped
public class ActorAuthentication {

    private static final String SCHEME = "Bearer ";
    private static final String UNKNOWN = "unknown";

    private final ActorTokenFiles files;
    private final ClientAddress address;
    private final RateLimits.Failures wrongTokens;

    ActorAuthentication(ActorTokenFiles files, OperatorSettings settings, ClientAddress address, RateLimits limits) {
        this.files = files;
        this.address = address;
        this.wrongTokens = limits.failures(
                "operate_wrong_token",
                "rampgate.operate.limits.wrong-token",
                settings.limits().wrongToken());
    }

    /** Whether there is no actor, so that nobody could call. */
    boolean isOff() {
        return files.tokens().areMissing();
    }

    /**
     * The actor whose token a request carries.
     *
     * @throws ProblemException 401 if it carries none, 429 after too many wrong ones from its address
     */
    Actor actor(RoutingContext routing) {
        List<String> headers = routing.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (headers.size() != 1 || !headers.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(Problem.of(ProblemType.UNAUTHENTICATED));
        }
        return actor(headers.get(0).substring(SCHEME.length()).strip(), routing);
    }

    /**
     * The actor whose token this is, for the caller of this request.
     *
     * @throws ProblemException 401 if it is none, 429 after too many wrong ones from the request's address
     */
    public Actor actor(String token, RoutingContext routing) {
        String source = address.source(routing).orElse(UNKNOWN);
        wrongTokens.check(source);
        Optional<Actor> actor = files.tokens().find(token);
        if (actor.isEmpty()) {
            wrongTokens.count(source);
            throw new ProblemException(Problem.of(ProblemType.UNAUTHENTICATED));
        }
        return actor.get();
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
