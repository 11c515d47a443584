package dev.rampgate.edge;

import dev.rampgate.edge.address.ClientAddressSettings;
import dev.rampgate.edge.address.Networks;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Limits the connections of one peer to the public port. IPv6 addresses are counted by {@code /64}. Trusted proxies have no
 * limit, and with the PROXY protocol no peer has one, since every peer is the load balancer. Thread-safe.
 */
@Singleton
class ConnectionsByAddress {

    private static final int IPV6_SITE_BYTES = 8;

    private final int most;
    private final Networks proxies;
    private final boolean off;
    private final ConcurrentMap<Object, Integer> connections = new ConcurrentHashMap<>();

    ConnectionsByAddress(
            EdgeSettings settings,
            ClientAddressSettings addresses,
            @ConfigProperty(name = "quarkus.http.proxy.use-proxy-protocol", defaultValue = "false")
                    boolean proxyProtocol) {
        this.most = settings.maxConnectionsPerAddress();
        this.proxies = Networks.of(
                "rampgate.client-address.trusted-proxies",
                addresses.trustedProxies().orElse(List.of()));
        this.off = proxyProtocol;
    }

    /** @return false if this peer has its maximum number of connections; after true the caller must call {@link #leave} */
    boolean enter(InetAddress peer) {
        Object key = key(peer);
        if (connections.merge(key, 1, Integer::sum) <= most || off || proxies.contain(peer.getHostAddress())) {
            return true;
        }
        leave(peer);
        return false;
    }

    /** Counts the end of a connection for which {@link #enter} returned true. */
    void leave(InetAddress peer) {
        connections.computeIfPresent(key(peer), (key, number) -> number == 1 ? null : number - 1);
    }

    private static Object key(InetAddress peer) {
        return peer instanceof Inet6Address
                ? ByteBuffer.wrap(peer.getAddress(), 0, IPV6_SITE_BYTES).slice()
                : peer;
    }
}
