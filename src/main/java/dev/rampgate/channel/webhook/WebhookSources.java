package dev.rampgate.channel.webhook;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.edge.address.ClientAddress;
import dev.rampgate.edge.address.Networks;
import dev.rampgate.problem.ProblemException;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Which sources may send webhooks, and how many. */
@ApplicationScoped
class WebhookSources {

    private final ClientAddress addresses;
    private final Optional<Networks> allowed;
    private final RateLimits.Gate keyed;
    private final RateLimits.Gate open;

    WebhookSources(WebhookSettings settings, ClientAddress addresses, RateLimits limits) {
        this.addresses = addresses;
        this.allowed = settings.allowlist().map(list -> Networks.of("rampgate.webhook.allowlist", list));
        this.keyed = limits.limit(
                "webhook_keyed",
                "rampgate.webhook.limits.keyed",
                settings.limits().keyed());
        this.open = limits.limit(
                "webhook_open",
                "rampgate.webhook.limits.open",
                settings.limits().open());
    }

    /** Whether webhooks may come from there; with an allowlist, not from an unknown address. */
    boolean allow(RoutingContext routing) {
        return allowed.isEmpty()
                || addresses.of(routing).filter(allowed.get()::contain).isPresent();
    }

    /** @throws ProblemException 429 if there were too many with a key */
    void passKeyed(RoutingContext routing) {
        keyed.pass(() -> addresses.source(routing));
    }

    /** @throws ProblemException 429 if there were too many without a key */
    void passOpen(RoutingContext routing) {
        open.pass(() -> addresses.source(routing));
    }
}
