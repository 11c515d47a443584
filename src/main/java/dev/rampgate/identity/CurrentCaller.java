package dev.rampgate.identity;

import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Who makes the current call. For resources and socket endpoints that are
 * {@link io.quarkus.security.Authenticated}: without that annotation no caller has been authenticated.
 */
@ApplicationScoped
public class CurrentCaller {

    /** The attribute of a {@link SecurityIdentity} that holds the {@link Caller}. */
    static final String ATTRIBUTE = "rampgate.caller";

    private final SecurityIdentity identity;
    private final CallerAuthentication authentication;

    public CurrentCaller(SecurityIdentity identity, CallerAuthentication authentication) {
        this.identity = identity;
        this.authentication = authentication;
    }

    /**
     * The signed-in user.
     *
     * @throws ProblemException {@code unauthenticated} if there is none
     */
    public Caller caller() {
        Caller caller = identity.getAttribute(ATTRIBUTE);
        if (caller == null) {
            throw new ProblemException(ProblemType.UNAUTHENTICATED);
        }
        return caller;
    }

    /**
     * The signed-in user with an e-mail address, for what Proof does not do without one.
     *
     * @throws ProblemException {@code unauthenticated} if there is no such user, {@code email-required} if the identity has no
     *     e-mail address, or none that Proof would take
     */
    public Caller callerWithEmail() {
        Caller caller = caller();
        if (caller.email() == null) {
            authentication.count(Reason.BAD_EMAIL);
            throw new ProblemException(ProblemType.EMAIL_REQUIRED);
        }
        return caller;
    }
}
