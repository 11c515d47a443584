package dev.rampgate.edge.address;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** How Rampgate finds the user's address. */
@ConfigMapping(prefix = "rampgate.client-address")
public interface ClientAddressSettings {

    /**
     * Networks (CIDR) or single addresses of the proxies in front of Rampgate whose {@link #header()} is trusted, such as
     * {@code 10.0.0.0/8, 2001:db8::/32}; an invalid one fails startup. Unit: networks. Default: none, the peer of the
     * connection is the user.
     */
    Optional<List<String>> trustedProxies();

    /**
     * The one header in which those proxies write the address of their peer. All others are ignored, since a caller may have
     * written them. One of {@code X-Forwarded-For}, {@code Forwarded} (RFC 7239), or another that holds one address, such as
     * {@code X-Real-IP}. Unit: header name. Default: {@code X-Forwarded-For}.
     */
    @WithDefault("X-Forwarded-For")
    String header();
}
