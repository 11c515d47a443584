package dev.rampgate.backoffice.console;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The cookie that holds a session. Browsers send it by encrypted connections only and bind it to the host ({@code __Host-}). On the machine
 * itself, without encryption, it has another name and path, since cookies do not tell ports apart.
 */
final class SessionCookie {

    static final String SECURE_NAME = "__Host-rampgate-console";
    static final String LOOPBACK_NAME = "rampgate-console";

    private SessionCookie() {}

    /** The values that a browser sent, the encrypted connection's first. */
    static List<String> read(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        return Stream.of(SECURE_NAME, LOOPBACK_NAME)
                .flatMap(name -> request.cookies(name).stream())
                .map(Cookie::getValue)
                .limit(2)
                .toList();
    }

    /** Sets it for a browser that has just signed in. */
    static void set(RoutingContext routing, ConsoleSession session, boolean secure) {
        routing.response().addCookie(cookie(session.encode(), secure));
    }

    /** Sets it again, as the browser has it. */
    static void renew(RoutingContext routing, ConsoleSession session) {
        set(routing, session, isSecure(routing));
    }

    /** Removes it. */
    static void remove(RoutingContext routing) {
        routing.response().addCookie(cookie("", isSecure(routing)).setMaxAge(0));
    }

    private static boolean isSecure(RoutingContext routing) {
        Set<Cookie> secure = routing.request().cookies(SECURE_NAME);
        return !secure.isEmpty();
    }

    private static Cookie cookie(String value, boolean secure) {
        return Cookie.cookie(secure ? SECURE_NAME : LOOPBACK_NAME, value)
                .setHttpOnly(true)
                .setSecure(secure)
                .setSameSite(CookieSameSite.STRICT)
                .setPath(secure ? "/" : ConsoleRoutes.ROOT);
    }
}
