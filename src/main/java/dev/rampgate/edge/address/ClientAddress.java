package dev.rampgate.edge.address;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The address of the user behind a request, found by {@link ClientAddressResolver}. An invalid setting fails startup. */
@Startup
@ApplicationScoped
public class ClientAddress {

    private static final String LEFT_MOST_SETTING = "quarkus.http.proxy.proxy-address-forwarding";

    private final ClientAddressResolver resolver;

    /**
     * @param leftMost whether Quarkus replaces the peer by the left-most entry, which users can forge; must be false
     * @throws ConfigurationException if it is true, a trusted proxy is not a network, or the header name is invalid
     */
    public ClientAddress(
            ClientAddressSettings settings,
            @ConfigProperty(name = LEFT_MOST_SETTING, defaultValue = "false") boolean leftMost) {
        if (leftMost) {
            throw new ConfigurationException(
                    LEFT_MOST_SETTING + " trusts addresses that users can forge: remove it, and name your proxies in"
                            + " rampgate.client-address.trusted-proxies",
                    Set.of(LEFT_MOST_SETTING));
        }
        this.resolver = ClientAddressResolver.trusting(settings.trustedProxies().orElse(List.of()), settings.header());
    }

    /** A literal IPv4 or IPv6 address without port, zone or brackets; empty if it cannot be determined. */
    public Optional<String> of(RoutingContext routing) {
        return of(routing.request());
    }

    /** As {@link #of(RoutingContext)}, for a plain request. */
    public Optional<String> of(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        if (peer == null || peer.hostAddress() == null) {
            return Optional.empty();
        }
        return resolver.resolve(peer.hostAddress(), request.headers().getAll(resolver.header()));
    }

    /**
     * The key by which calls are counted: the user's address in the form of {@link Networks#source}, or the peer of the
     * connection if the address is unknown, so that hiding an address does not avoid a limit.
     */
    public String source(RoutingContext routing) {
        return of(routing).map(Networks::source).orElseGet(() -> peer(routing.request()));
    }

    /** Has a prefix, so that it never equals the key of an address. */
    private static String peer(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        return "peer " + (peer == null || peer.hostAddress() == null ? "unknown" : Networks.source(peer.hostAddress()));
    }
}
