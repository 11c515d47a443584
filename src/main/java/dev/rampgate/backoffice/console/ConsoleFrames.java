package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Actor;
import dev.rampgate.backoffice.console.ConsoleSessions.Valid;
import io.quarkus.arc.All;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the frame of every page, and knows all pages. */
@Singleton
class ConsoleFrames {

    private static final String SESSION = "rampgate.console.session";

    private final List<ConsolePage> pages;
    private final Map<String, String> notices = new HashMap<>();
    private final ConsoleAssets assets;

    ConsoleFrames(@All List<ConsolePages> groups, ConsoleAssets assets) {
        this.pages = groups.stream().flatMap(group -> group.pages().stream()).toList();
        groups.forEach(group -> notices.putAll(group.notices()));
        this.assets = assets;
    }

    List<ConsolePage> pages() {
        return pages;
    }

    /** Remembers the session of a request. */
    static void remember(RoutingContext routing, Valid session) {
        routing.put(SESSION, session);
    }

    /** The session of a request; null if there is none. */
    static Valid session(RoutingContext routing) {
        return routing.get(SESSION);
    }

    /** The frame of the page that answers a request. */
    Frame of(RoutingContext routing, String title) {
        Valid session = session(routing);
        if (session == null) {
            return new Frame(title, "", "", List.of(), "", "", assets.addresses());
        }
        Actor actor = session.actor();
        return new Frame(
                title,
                actor.name(),
                actor.role().wireName(),
                navigation(actor, routing.normalizedPath()),
                session.session().csrf(),
                Notice.of(routing, notices),
                assets.addresses());
    }

    private List<Frame.Link> navigation(Actor actor, String here) {
        return pages.stream()
                .filter(page -> page.navigation().isPresent() && actor.may(page.permission()))
                .sorted(Comparator.comparingInt(page -> page.navigation().get().place()))
                .map(page -> {
                    String href = ConsoleRoutes.ROOT + page.path();
                    boolean current = page.path().isEmpty() ? here.equals(href) : here.startsWith(href);
                    return new Frame.Link(href, page.navigation().get().label(), current);
                })
                .toList();
    }
}
