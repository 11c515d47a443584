package dev.rampgate.edge;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** How the address of the user is found. */
@ConfigMapping(prefix = "rampgate.client-address")
public interface ClientAddressSettings {

    /**
     * Networks (CIDR) or single addresses of the proxies in front of us, whose {@code X-Forwarded-For} or
     * {@code Forwarded} is believed, such as {@code 10.0.0.0/8, 2001:db8::/32}; a wrong one stops the start. Unit:
     * networks. Default: none, the peer of the connection is the user.
     */
    Optional<List<String>> trustedProxies();
}
