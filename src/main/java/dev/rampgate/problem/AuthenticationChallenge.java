package dev.rampgate.problem;

import io.vertx.ext.web.RoutingContext;

/** The {@code WWW-Authenticate} header of every 401: how a caller can authenticate. The package {@code identity} implements it. */
public interface AuthenticationChallenge {

    /** The header's value (RFC 9110, section 11.6.1), for example {@code Bearer realm="rampgate"}. */
    String of(RoutingContext routing);
}
