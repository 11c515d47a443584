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
 * <p>The rule: if the peer of the connection is not a trusted proxy, it is the user, and headers count for nothing.
 * Otherwise the hops in the one header that the operator names are walked from the right, where our own proxies write, to
 * the first address outside the trusted networks. What stands further left was written by somebody else. A hop that is no
 * address ({@code unknown}, a hidden name, garbage) ends the walk without a result, and so does a chain that does not leave
 * the trusted networks within {@value #MAX_HOPS} hops. Other headers count for nothing: the caller may have written them.
 */
public final class ClientAddressResolver {

    private static final String PROXIES = "rampgate.client-address.trusted-proxies";
    private static final String HEADER = "rampgate.client-address.header";
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Most hops that are walked; real chains have two or three. */
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
     * A resolver that believes these proxies.
     *
     * @param networks as {@link Networks#of} reads them
     * @param header the name of the header that counts
     * @throws ConfigurationException if one is wrong; its message names the setting and what would be right
     */
    public static ClientAddressResolver trusting(List<String> networks, String header) {
        if (!HEADER_NAME.matcher(header).matches()) {
            throw new ConfigurationException(
                    HEADER + " (RAMPGATE_CLIENT_ADDRESS_HEADER): '" + header
                            + "' is no name of a header; write X-Forwarded-For, Forwarded or the one that your proxy sets",
                    Set.of(HEADER));
        }
        return new ClientAddressResolver(Networks.of(PROXIES, networks), header);
    }

    /** The name of the header that counts. */
    public String header() {
        return header;
    }

    /**
     * The address of the user.
     *
     * @param peer literal address of the connection's other end
     * @param values of the header that counts, in the order of the header fields
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

    /** Nobody calls from {@code 0.0.0.0} or from a multicast group; who says so is mistaken. */
    private static boolean canBeAUser(IPAddress address) {
        return !address.isZero() && !address.isMulticast();
    }
}
