package dev.rampgate.identity;

import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Who makes the current call. For resources and socket endpoints that are
 * {@link io.quarkus.security.Authenticated}: without that annotation nobody has been asked who they are.
 */
@ApplicationScoped
public class CurrentCaller {

    /** The attribute of a {@link SecurityIdentity} that holds the {@link Caller}. */
    static final String ATTRIBUTE = "rampgate.caller";

    private final SecurityIdentity identity;

    public CurrentCaller(SecurityIdentity identity) {
        this.identity = identity;
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
}
