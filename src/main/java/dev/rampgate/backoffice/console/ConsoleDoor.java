package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Actor;
import dev.rampgate.backoffice.ActorAuthentication;
import dev.rampgate.backoffice.ActorAuthentication.KeyedActor;
import dev.rampgate.backoffice.OperatorDoor;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.Role;
import dev.rampgate.backoffice.StreamedBodies;
import dev.rampgate.backoffice.console.ConsoleSessions.Valid;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The way into the console: a session's cookie, and for every form the session's secret and the origin of the page that sent it. Problems are
 * pages; a caller who is not signed in gets the page for signing in, and then the page that was asked for.
 */
@ApplicationScoped
class ConsoleDoor implements OperatorDoor {

    static final String CSRF_FIELD = "csrf";
    static final String TOKEN_FIELD = "token";

    /** Pages ask for themselves again with this header; that is no sign of a user. */
    static final String BY_ITSELF = "Rampgate-Refresh";

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);

    private final ActorAuthentication actors;
    private final ConsoleSessions sessions;
    private final ConsoleFrames frames;

    ConsoleDoor(ActorAuthentication actors, ConsoleSessions sessions, ConsoleFrames frames) {
        this.actors = actors;
        this.sessions = sessions;
        this.frames = frames;
    }

    @Override
    public String prefix() {
        return ConsoleRoutes.ROOT;
    }

    @Override
    public boolean admits(Role role) {
        return role.may(Permission.USE_CONSOLE);
    }

    @Override
    public Uni<Actor> actor(RoutingContext routing) {
        ConsoleHeaders.add(routing);
        Context context = Vertx.currentContext();
        Uni<Actor> actor =
                Uni.createFrom().deferred(() -> isSigningIn(routing) ? signingIn(routing) : signedIn(routing));
        // The database and the issuer's keys may answer on another thread; the call goes on where it belongs.
        return context == null ? actor : actor.emitOn(command -> context.runOnContext(here -> command.run()));
    }

    // --- who calls

    private Uni<Actor> signingIn(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        requirePage(request);
        requireFields(request);
        if (!SameOrigin.isEncrypted(request) && !SameOrigin.isLoopback(request)) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.FORBIDDEN,
                            "A token must not cross a network unencrypted: open the console by https, or on this machine by localhost"));
        }
        String token = Optional.ofNullable(request.getFormAttribute(TOKEN_FIELD))
                .orElse("")
                .strip();
        if (token.length() > ConsoleSessions.LONGEST_TOKEN) {
            throw new ProblemException(Problem.of(
                    ProblemType.INVALID_REQUEST,
                    "This token is too long: " + token.length() + " characters, of at most "
                            + ConsoleSessions.LONGEST_TOKEN + ". Ask the issuer for one with fewer claims"));
        }
        return actors.actor(token, routing);
    }

    private Uni<Actor> signedIn(RoutingContext routing) {
        Optional<KeyedActor> person = actors.proxied(routing, ConsoleSessions.PURPOSE);
        List<String> cookies = SessionCookie.read(routing);
        if (person.isPresent()) {
            Optional<Valid> found = cookies.stream()
                    .flatMap(cookie -> sessions.find(cookie, person.get()).stream())
                    .findFirst();
            return notEnded(routing, found).map(valid -> behindProxy(routing, person.get(), valid));
        }
        return first(cookies).chain(found -> notEnded(routing, found)).map(valid -> bySession(routing, valid));
    }

    /** The first session among the cookies that is valid. */
    private Uni<Optional<Valid>> first(List<String> cookies) {
        return cookies.isEmpty()
                ? Uni.createFrom().item(Optional.empty())
                : sessions.find(cookies.get(0))
                        .chain(found -> found.isPresent()
                                ? Uni.createFrom().item(found)
                                : first(cookies.subList(1, cookies.size())));
    }

    /** The session, unless it was signed out at any replica. */
    private Uni<Optional<Valid>> notEnded(RoutingContext routing, Optional<Valid> found) {
        if (found.isEmpty()) {
            return Uni.createFrom().item(found);
        }
        return sessions.isEnded(found.get().session())
                .onFailure()
                .recoverWithUni(unknown -> worksAllTheSame(routing, unknown)
                        ? Uni.createFrom().item(false)
                        : Uni.createFrom()
                                .failure(new ProblemException(
                                        Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(TRY_AGAIN))))
                .map(ended -> found.filter(session -> !ended));
    }

    /**
     * What works though it is unknown whether the session was signed out: signing out; and while the database is away the overview, which says so, and
     * shows neither transactions nor users. Calls that were too many to ask are no outage.
     */
    private static boolean worksAllTheSame(RoutingContext routing, Throwable unknown) {
        String path = routing.normalizedPath();
        return path.equals(ConsoleRoutes.ROOT + ConsoleRoutes.SIGN_OUT)
                || path.equals(ConsoleRoutes.ROOT) && CallStatements.isAway(unknown);
    }

    private Actor bySession(RoutingContext routing, Optional<Valid> found) {
        found.ifPresent(session -> ConsoleFrames.remember(routing, session));
        HttpServerRequest request = routing.request();
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (!reads) {
            requirePage(request);
        }
        Valid valid = found.orElseThrow(() -> new ProblemException(Problem.of(ProblemType.UNAUTHENTICATED)));
        if (!reads) {
            requireForm(routing, valid.session());
        }
        if (valid.isDue() && request.getHeader(BY_ITSELF) == null) {
            SessionCookie.renew(routing, sessions.seen(valid.session()));
        }
        return valid.actor();
    }

    /** The proxy names the person with each request; the session only ties forms to the pages that they are on. */
    private Actor behindProxy(RoutingContext routing, KeyedActor person, Optional<Valid> found) {
        HttpServerRequest request = routing.request();
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (!reads) {
            requirePage(request);
            requireForm(
                    routing, found.orElseThrow(ConsoleDoor::ofAnEarlierSession).session());
        }
        Valid valid = found.orElseGet(() -> new Valid(person.actor(), sessions.open(person), true));
        ConsoleFrames.remember(routing, valid);
        if (found.isEmpty()) {
            boolean encrypted = "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
            SessionCookie.set(routing, valid.session(), encrypted || !SameOrigin.isLoopback(request));
        } else if (valid.isDue() && request.getHeader(BY_ITSELF) == null) {
            SessionCookie.renew(routing, sessions.seen(valid.session()));
        }
        return person.actor();
    }

    private static void requirePage(HttpServerRequest request) {
        if (!SameOrigin.sent(request)) {
            throw new ProblemException(
                    Problem.of(ProblemType.FORBIDDEN, "This form was not sent by a page of the console"));
        }
    }

    /** The fields of a form with a file are there at its end: {@link UploadedFile} asks for the secret then. */
    private static void requireForm(RoutingContext routing, ConsoleSession session) {
        if (!StreamedBodies.isStreamed(routing)) {
            requireFields(routing.request());
            requireSecret(routing.request(), session);
        }
    }

    private static void requireFields(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(FORM)) {
            throw new ProblemException(Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE));
        }
    }

    /** @throws ProblemException 403 if the form is not of this session */
    static void requireSecret(HttpServerRequest request, ConsoleSession session) {
        String sent = Optional.ofNullable(request.getFormAttribute(CSRF_FIELD)).orElse("");
        if (!MessageDigest.isEqual(
                sent.getBytes(StandardCharsets.UTF_8), session.csrf().getBytes(StandardCharsets.UTF_8))) {
            throw ofAnEarlierSession();
        }
    }

    private static ProblemException ofAnEarlierSession() {
        return new ProblemException(Problem.of(
                ProblemType.FORBIDDEN,
                "This form belongs to an earlier session. Nothing was done. Go back, reload the page and try again"));
    }

    private static boolean isSigningIn(RoutingContext routing) {
        return routing.request().method() == HttpMethod.POST
                && routing.normalizedPath().equals(ConsoleRoutes.ROOT + ConsoleRoutes.SIGN_IN);
    }

    // --- what a problem looks like

    @Override
    public void refuse(RoutingContext routing, Problem problem) {
        // Also before an actor was asked for: a form that is too large.
        ConsoleHeaders.add(routing);
        HttpServerResponse response = routing.response();
        problem.retryAfterSeconds().ifPresent(seconds -> response.putHeader("Retry-After", seconds));
        if (problem.type() == ProblemType.UNAUTHENTICATED) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"operate\"");
            if (routing.request().getHeader("HX-Request") != null) {
                response.putHeader("HX-Refresh", "true");
            }
        }
        response.setStatusCode(problem.type().status())
                .putHeader("Content-Type", ConsoleRoutes.HTML)
                .putHeader(RequestId.HEADER, RequestId.of(routing));
        page(routing, problem).createUni().subscribe().with(response::end, broken -> response.end());
    }

    private TemplateInstance page(RoutingContext routing, Problem problem) {
        boolean signingIn = isSigningIn(routing);
        if (signingIn && problem.type() == ProblemType.TOO_MANY_REQUESTS) {
            return signInPage(routing, "Too many wrong tokens came from your address. " + again(problem));
        }
        if (problem.type() != ProblemType.UNAUTHENTICATED) {
            return ProblemPage.of(frames.of(routing, problem.type().title()), problem, RequestId.of(routing));
        }
        if (signingIn) {
            return signInPage(routing, "This token is unknown. Copy it again, without spaces around it.");
        }
        if (routing.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
            return signInPage(
                    routing,
                    "The console does not accept a token in the Authorization header. Sign in with the token here, or use it for the"
                            + " service API at /operate/. A proxy that signs people in must send their names in separate headers"
                            + " (settings rampgate.operate.proxy).");
        }
        if (isLinkFromElsewhere(routing)) {
            // The browser kept the cookie back. It sends it with the next request, which this page makes.
            routing.response().putHeader("Refresh", "0");
            return new OpeningPage(frames.of(routing, "Opening the console"));
        }
        return signInPage(
                routing, SessionCookie.read(routing).isEmpty() ? "" : "Your session has ended. Please sign in again.");
    }

    private SignInPage signInPage(RoutingContext routing, String error) {
        return new SignInPage(frames.of(routing, "Sign in"), error, ReturnAddress.of(routing));
    }

    private static boolean isLinkFromElsewhere(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        return request.method() == HttpMethod.GET
                && SessionCookie.read(routing).isEmpty()
                && "cross-site".equals(request.getHeader("Sec-Fetch-Site"))
                && "navigate".equals(request.getHeader("Sec-Fetch-Mode"));
    }

    static String again(Problem problem) {
        return problem.retryAfterSeconds()
                .map(seconds -> "Try again in " + seconds + (seconds.equals("1") ? " second." : " seconds."))
                .orElse("Try again later.");
    }
}
