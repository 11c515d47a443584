package dev.rampgate.backoffice.console;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/**
 * Which page a user wanted before signing in. Never an address outside the console, and none so long that a proxy refuses the answer that has it and the
 * session's cookie.
 */
final class ReturnAddress {

    static final String FIELD = "to";

    private static final Pattern ALLOWED =
            Pattern.compile(Pattern.quote(ConsoleRoutes.ROOT) + "[A-Za-z0-9/_.~%?=&:+-]{0,1200}");

    private ReturnAddress() {}

    /** The page that a request asks for, or that a submitted form names; else the overview. */
    static String of(RoutingContext routing) {
        String wanted = routing.request().method() == HttpMethod.GET
                ? routing.request().uri()
                : routing.request().getFormAttribute(FIELD);
        return wanted != null && ALLOWED.matcher(wanted).matches() && !wanted.contains(ConsoleRoutes.SIGN_IN)
                ? wanted
                : ConsoleRoutes.ROOT;
    }
}
