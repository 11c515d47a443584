package dev.rampgate.problem;

import io.vertx.ext.web.RoutingContext;

/** How a caller may prove who it is; told with every 401 in {@code WWW-Authenticate}. Whoever authenticates implements it. */
public interface AuthenticationChallenge {

    /** The value of the header (RFC 9110, section 11.6.1), for example {@code Bearer realm="rampgate"}. */
    String of(RoutingContext routing);
}
