package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Audited;
import dev.rampgate.backoffice.OpenRoute;
import dev.rampgate.backoffice.OperatorAnswer;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.OperatorRoute;
import dev.rampgate.backoffice.OperatorRoutes;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.console.ConsoleSessions.Valid;
import dev.rampgate.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The console's pages as routes of the back office, and signing in and out. */
@ApplicationScoped
class ConsoleRoutes implements OperatorRoutes {

    static final String ROOT = "/operate/console/";
    static final String SIGN_IN = "sign-in";
    static final String SIGN_OUT = "sign-out";
    static final String HTML = "text/html; charset=utf-8";

    private final ConsoleFrames frames;
    private final ConsoleSessions sessions;
    private final ConsoleAssets assets;

    ConsoleRoutes(ConsoleFrames frames, ConsoleSessions sessions, ConsoleAssets assets) {
        this.frames = frames;
        this.sessions = sessions;
        this.assets = assets;
    }

    @Override
    public List<OperatorRoute> routes() {
        List<OperatorRoute> routes = new ArrayList<>();
        frames.pages().forEach(page -> routes.add(route(page)));
        routes.add(
                OperatorRoute.changing(HttpMethod.POST, ROOT + SIGN_IN, "sign_in", Permission.USE_CONSOLE, this::signIn)
                        .withBodyOf(ConsolePage.MOST_FORM)
                        .taking(OperatorRoute.ANY)
                        .audited(Audited.SOON));
        routes.add(OperatorRoute.changing(
                        HttpMethod.POST, ROOT + SIGN_OUT, "sign_out", Permission.USE_CONSOLE, this::signOut)
                .taking(OperatorRoute.ANY)
                .audited(Audited.SOON));
        return routes;
    }

    @Override
    public List<OpenRoute> openRoutes() {
        List<OpenRoute> routes = new ArrayList<>(assets.routes());
        routes.add(new OpenRoute(ROOT + SIGN_IN, this::showSignIn));
        routes.add(new OpenRoute(
                "/operate/console",
                routing -> redirect(routing, ROOT).response().end()));
        return routes;
    }

    private OperatorRoute route(ConsolePage page) {
        return new OperatorRoute(
                page.method(),
                ROOT + page.path(),
                page.action(),
                page.permission(),
                page.changes(),
                page.maxBody(),
                page.audited(),
                OperatorRoute.ANY,
                call -> answer(call, page));
    }

    private Uni<OperatorAnswer> answer(OperatorCall call, ConsolePage page) {
        RoutingContext routing = call.routing();
        Valid valid = ConsoleFrames.session(routing);
        PageCall pageCall = new PageCall(call, valid.session(), title -> frames.of(routing, title));
        return page.work()
                .apply(pageCall)
                .chain(answer -> answer == PageAnswer.WRITTEN
                        ? Uni.createFrom().item(OperatorAnswer.WRITTEN)
                        : written(routing, answer));
    }

    private static Uni<OperatorAnswer> written(RoutingContext routing, PageAnswer answer) {
        return answer.redirection()
                .map(location -> Uni.createFrom().item(moved(routing, location)))
                .orElseGet(() -> answer.template().createUni().map(html -> new OperatorAnswer(HTML, html)));
    }

    private Uni<OperatorAnswer> signIn(OperatorCall call) {
        RoutingContext routing = call.routing();
        // Before the new one is set: it would be among them.
        List<String> earlier = SessionCookie.read(routing);
        String token =
                routing.request().getFormAttribute(ConsoleDoor.TOKEN_FIELD).strip();
        return sessions.openStored(call.actor(), token)
                .invoke(opened -> SessionCookie.set(routing, opened, SameOrigin.isEncrypted(routing.request())))
                // Whatever session the browser had: the new one shares nothing with it.
                .call(() -> endAll(earlier))
                .map(opened -> moved(routing, ReturnAddress.of(routing)));
    }

    private Uni<Void> endAll(List<String> cookies) {
        return Multi.createFrom()
                .iterable(cookies)
                .onItem()
                .transformToUniAndConcatenate(this::end)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> end(String cookie) {
        return sessions.find(cookie)
                .onFailure(ProblemException.class)
                .recoverWithItem(Optional.empty())
                .chain(before -> before.map(valid -> sessions.end(valid.session()))
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    private Uni<OperatorAnswer> signOut(OperatorCall call) {
        SessionCookie.remove(call.routing());
        return sessions.end(ConsoleFrames.session(call.routing()).session())
                .map(ended -> moved(call.routing(), ROOT + SIGN_IN));
    }

    private void showSignIn(RoutingContext routing) {
        ConsoleHeaders.add(routing);
        routing.response().putHeader("Content-Type", HTML);
        new SignInPage(frames.of(routing, "Sign in"), "", ROOT)
                .createUni()
                .subscribe()
                .with(routing.response()::end, routing::fail);
    }

    private static OperatorAnswer moved(RoutingContext routing, String location) {
        redirect(routing, location);
        return new OperatorAnswer(HTML, "");
    }

    private static RoutingContext redirect(RoutingContext routing, String location) {
        routing.response().setStatusCode(303).putHeader("Location", location);
        return routing;
    }
}
