package dev.rampgate.edge.address;

import inet.ipaddr.IPAddress;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Finds the address of the user behind a chain of proxies. Pure; used by {@link ClientAddress}.
 *
 * <p>The rule: if the peer of the connection is not a trusted proxy, it is the user, and headers are ignored. Otherwise the
 * resolver reads the hops in the configured header from the right, where the operator's own proxies write, to the first
 * address outside the trusted networks. Entries further left may be forged. A hop that is not an address ({@code unknown}, an
 * obfuscated name, garbage) ends the search without a result, and so does a chain that stays within the trusted networks for
 * {@value #MAX_HOPS} hops. Other headers are ignored, since the caller may have written them.
 */
public final class ClientAddressResolver {

    private static final String PROXIES = "rampgate.client-address.trusted-proxies";
    /** The setting that names the header. */
    static final String HEADER = "rampgate.client-address.header";

    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Maximum number of hops that are read; real chains have two or three. */
    static final int MAX_HOPS = 64;

    private final Networks trusted;
    private final String header;
    private final Function<List<String>, List<String>> hops;

    private ClientAddressResolver(Networks trusted, String header) {
        this.trusted = trusted;
        this.header = header;
        this.hops = switch (header.toLowerCase(Locale.ROOT)) {
            case "x-forwarded-for" -> ForwardedHops::ofForwardedFor;
            case "forwarded" -> ForwardedHops::ofForwarded;
            default -> ForwardedHops::ofSingle;
        };
    }

    /**
     * A resolver that trusts these proxies.
     *
     * @param networks in the form of {@link Networks#of}
     * @param header the name of the header that is read
     * @throws ConfigurationException if one is invalid; its message names the setting and the accepted form
     */
    public static ClientAddressResolver trusting(List<String> networks, String header) {
        if (!HEADER_NAME.matcher(header).matches()) {
            throw new ConfigurationException(
                    HEADER + " (RAMPGATE_CLIENT_ADDRESS_HEADER): '" + header
                            + "' is not a header name; write X-Forwarded-For, Forwarded or the one that your proxy sets",
                    Set.of(HEADER));
        }
        return new ClientAddressResolver(Networks.of(PROXIES, networks), header);
    }

    /** The name of the header that is read. */
    public String header() {
        return header;
    }

    /** Whether this peer is a proxy whose header is read. */
    boolean trusts(String peer) {
        return trusted.contain(peer);
    }

    /**
     * Finds the user's address; empty if it cannot be determined.
     *
     * @param peer literal address of the connection's other end
     * @param values of {@link #header()}, in the order of the header fields
     * @return a literal IPv4 or IPv6 address without port, zone or brackets, in its canonical form
     */
    public Optional<String> resolve(String peer, List<String> values) {
        return Networks.address(peer)
                .flatMap(known -> trusted.contain(known) ? walk(hops.apply(values)) : Optional.of(known))
                .filter(ClientAddressResolver::canBeAUser)
                .map(IPAddress::toCanonicalString);
    }

    private Optional<IPAddress> walk(List<String> hops) {
        int end = Math.max(0, hops.size() - MAX_HOPS);
        for (int i = hops.size() - 1; i >= end; i--) {
            Optional<IPAddress> hop = Networks.address(ForwardedHops.withoutPort(hops.get(i)));
            if (hop.isEmpty() || !trusted.contain(hop.get())) {
                return hop;
            }
        }
        return Optional.empty();
    }

    /** No user calls from {@code 0.0.0.0} or from a multicast group. */
    private static boolean canBeAUser(IPAddress address) {
        return !address.isZero() && !address.isMulticast();
    }
}
