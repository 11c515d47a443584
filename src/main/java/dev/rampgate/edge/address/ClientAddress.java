package dev.rampgate.edge.address;

import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The address of the user behind a request, found by {@link ClientAddressResolver}. An invalid setting fails startup. */
@Startup
@ApplicationScoped
public class ClientAddress {

    private static final String LEFT_MOST_SETTING = "quarkus.http.proxy.proxy-address-forwarding";

    private static final Logger LOG = Logger.getLogger(ClientAddress.class);

    private final ClientAddressResolver resolver;
    private final Counter withoutHeader;
    private final ThrottledLog notices;

    /**
     * @param leftMost whether Quarkus replaces the peer by the left-most entry, which users can forge; must be false
     * @throws ConfigurationException if it is true, a trusted proxy is not a network, or the header name is invalid
     */
    public ClientAddress(
            ClientAddressSettings settings,
            @ConfigProperty(name = LEFT_MOST_SETTING, defaultValue = "false") boolean leftMost,
            MeterRegistry meters,
            InstantSource clock) {
        if (leftMost) {
            throw new ConfigurationException(
                    LEFT_MOST_SETTING + " trusts addresses that users can forge: remove it, and name your proxies in"
                            + " rampgate.client-address.trusted-proxies",
                    Set.of(LEFT_MOST_SETTING));
        }
        this.resolver = ClientAddressResolver.trusting(settings.trustedProxies().orElse(List.of()), settings.header());
        this.withoutHeader = Counter.builder("rampgate.edge.addresses.unknown")
                .description("Times that an address was needed and a trusted proxy had sent no header with it")
                .tag("reason", "no_header")
                .register(meters);
        this.notices = new ThrottledLog(LOG, clock);
    }

    /** A literal IPv4 or IPv6 address without port, zone or brackets; empty if it cannot be determined. */
    public Optional<String> of(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        return of(peer(request), request.headers().getAll(resolver.header()));
    }

    /**
     * The key by which calls are counted: the user's address in the form of {@link Networks#source}. If the caller hides the
     * address, the key is the peer of the connection, so that hiding avoids no limit.
     *
     * @return empty if a trusted proxy did not send the header: the peer would count all users as one
     */
    public Optional<String> source(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        return source(peer(request), request.headers().getAll(resolver.header()));
    }

    Optional<String> of(String peer, List<String> values) {
        if (isWithoutHeader(peer, values)) {
            withoutHeader.increment();
            notices.warn(
                    "A trusted proxy sent no %1$s header, so the addresses of users are unknown and limits by address are off."
                            + " Let the proxy send it, or name the header that it sends in %2$s",
                    resolver.header(), ClientAddressResolver.HEADER);
            return Optional.empty();
        }
        return peer == null ? Optional.empty() : resolver.resolve(peer, values);
    }

    Optional<String> source(String peer, List<String> values) {
        Optional<String> known = of(peer, values).map(Networks::source);
        return known.isPresent() || isWithoutHeader(peer, values) ? known : Optional.of(hidden(peer));
    }

    private boolean isWithoutHeader(String peer, List<String> values) {
        return values.isEmpty() && peer != null && resolver.trusts(peer);
    }

    private static String peer(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        return peer == null ? null : peer.hostAddress();
    }

    /** Has a prefix, so that it never equals the key of an address. */
    private static String hidden(String peer) {
        return "peer " + (peer == null ? "unknown" : Networks.source(peer));
    }
}
