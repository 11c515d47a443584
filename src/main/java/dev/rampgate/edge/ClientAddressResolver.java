package dev.rampgate.edge;

import inet.ipaddr.IPAddress;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the address of the user behind a chain of proxies. Pure; used by {@link ClientAddress}.
 *
 * <p>The rule: if the peer of the connection is not a trusted proxy, it is the user, and headers count for nothing.
 * Otherwise the hops that {@code X-Forwarded-For} or {@code Forwarded} (RFC 7239) tell are walked from the right, where
 * our own proxies write, to the first address outside the trusted networks. What stands further left was written by
 * somebody else. A hop that is no address ({@code unknown}, a hidden name, garbage) ends the walk without a result, and
 * so does a chain that never leaves the trusted networks.
 *
 * <p>If both headers are there, one of them may have been passed on as the user forged it, and nothing tells which; they
 * must lead to the same address, or there is no result.
 */
public final class ClientAddressResolver {

    private static final String SETTING = "rampgate.client-address.trusted-proxies";

    private final Networks trusted;

    private ClientAddressResolver(Networks trusted) {
        this.trusted = trusted;
    }

    /**
     * A resolver that believes these proxies.
     *
     * @param networks as {@link Networks#of} reads them
     * @throws ConfigurationException if one is wrong; its message names the setting and what would be right
     */
    public static ClientAddressResolver trusting(List<String> networks) {
        return new ClientAddressResolver(Networks.of(SETTING, networks));
    }

    /**
     * The address of the user.
     *
     * @param peer literal address of the connection's other end
     * @param forwardedFor values of {@code X-Forwarded-For}, in the order of the header fields
     * @param forwarded values of {@code Forwarded}, in the order of the header fields
     * @return a literal IPv4 or IPv6 address without port, zone or brackets, in its canonical form
     */
    public Optional<String> resolve(String peer, List<String> forwardedFor, List<String> forwarded) {
        return Networks.address(peer)
                .flatMap(known -> trusted.contain(known) ? behind(forwardedFor, forwarded) : Optional.of(known))
                .filter(ClientAddressResolver::canBeAUser)
                .map(IPAddress::toCanonicalString);
    }

    private Optional<IPAddress> behind(List<String> forwardedFor, List<String> forwarded) {
        if (forwarded.isEmpty()) {
            return walk(ForwardedHops.ofForwardedFor(forwardedFor));
        }
        if (forwardedFor.isEmpty()) {
            return walk(ForwardedHops.ofForwarded(forwarded));
        }
        Optional<IPAddress> one = walk(ForwardedHops.ofForwardedFor(forwardedFor));
        Optional<IPAddress> other = walk(ForwardedHops.ofForwarded(forwarded));
        return one.equals(other) ? one : Optional.empty();
    }

    private Optional<IPAddress> walk(List<String> hops) {
        for (int i = hops.size() - 1; i >= 0; i--) {
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
