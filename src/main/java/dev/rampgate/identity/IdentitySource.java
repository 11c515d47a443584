package dev.rampgate.identity;

import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import java.util.Optional;

/** One way to identify the caller by the headers of a call. */
sealed interface IdentitySource permits GatewayHeaders, BearerToken, DemoUser {

    /**
     * The caller; none if the call does not even claim one. Fails with {@link RefusedIdentity} if the claim is not
     * accepted, and with a problem if it cannot be verified now.
     */
    Uni<Optional<Caller>> caller(MultiMap headers);

    /** What a refused call should have brought, as {@code WWW-Authenticate} says it. */
    String challenge(MultiMap headers);
}
