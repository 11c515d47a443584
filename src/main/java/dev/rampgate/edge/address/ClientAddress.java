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

/** The address of the user behind a request, as {@link ClientAddressResolver} finds it. A wrong setting stops the start. */
@Startup
@ApplicationScoped
public class ClientAddress {

    private static final String LEFT_MOST_SETTING = "quarkus.http.proxy.proxy-address-forwarding";

    private final ClientAddressResolver resolver;

    /**
     * @param leftMost whether Quarkus replaces the peer by the left-most entry, which users forge; it must not
     * @throws ConfigurationException if it does, if a trusted proxy is no network, or the header no name of one
     */
    public ClientAddress(
            ClientAddressSettings settings,
            @ConfigProperty(name = LEFT_MOST_SETTING, defaultValue = "false") boolean leftMost) {
        if (leftMost) {
            throw new ConfigurationException(
                    LEFT_MOST_SETTING + " believes addresses that users forge: remove it, and name your proxies in"
                            + " rampgate.client-address.trusted-proxies",
                    Set.of(LEFT_MOST_SETTING));
        }
        this.resolver = ClientAddressResolver.trusting(settings.trustedProxies().orElse(List.of()), settings.header());
    }

    /** A literal IPv4 or IPv6 address without port, zone or brackets; none if it cannot be known for sure. */
    public Optional<String> of(RoutingContext routing) {
        return of(routing.request());
    }

    /** The same of a bare request. */
    public Optional<String> of(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        if (peer == null || peer.hostAddress() == null) {
            return Optional.empty();
        }
        return resolver.resolve(peer.hostAddress(), request.headers().getAll(resolver.header()));
    }

    /**
     * Who counts as one when calls are counted: the user's address as {@link Networks#source} says, or, if that is not known,
     * the peer of the connection, so that hiding one's address is no way around a limit.
     */
    public String source(RoutingContext routing) {
        return of(routing).map(Networks::source).orElseGet(() -> peer(routing.request()));
    }

    /** Never equal to the key of an address. */
    private static String peer(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        return "peer " + (peer == null || peer.hostAddress() == null ? "unknown" : Networks.source(peer.hostAddress()));
    }
}
