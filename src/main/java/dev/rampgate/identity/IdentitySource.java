package dev.rampgate.identity;

import io.vertx.core.MultiMap;
import java.util.Optional;

/** One way to learn from the headers of a call who makes it. */
sealed interface IdentitySource permits GatewayHeaders, DemoUser {

    /**
     * The caller; none if the call does not even claim one.
     *
     * @throws RefusedIdentity if the claim is not believed
     */
    Optional<Caller> caller(MultiMap headers);

    /** What a refused call should have brought, as {@code WWW-Authenticate} says it. */
    String challenge(MultiMap headers);
}
