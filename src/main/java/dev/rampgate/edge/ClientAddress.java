package dev.rampgate.edge;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The address of the user behind a request, as {@link ClientAddressResolver} finds it. */
@ApplicationScoped
public class ClientAddress {

    private final ClientAddressResolver resolver;

    public ClientAddress(ClientAddressSettings settings) {
        this.resolver = ClientAddressResolver.trusting(settings.trustedProxies().orElse(List.of()));
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
        MultiMap headers = request.headers();
        return resolver.resolve(peer.hostAddress(), headers.getAll("X-Forwarded-For"), headers.getAll("Forwarded"));
    }
}
