package dev.rampgate.edge;

import inet.ipaddr.AddressStringParameters.RangeParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    private static final IPAddressStringParameters ADDRESS =
            strict().allowPrefix(false).toParams();
    private static final IPAddressStringParameters NETWORK =
            strict().allowPrefix(true).toParams();

    private final List<IPAddress> trusted;

    private ClientAddressResolver(List<IPAddress> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /**
     * A resolver that believes these proxies.
     *
     * @param networks CIDRs such as {@code 10.0.0.0/8} and {@code 2001:db8::/32}, or single addresses
     * @throws ConfigurationException if one is wrong; its message names the setting and what would be right
     */
    public static ClientAddressResolver trusting(List<String> networks) {
        List<IPAddress> trusted = new ArrayList<>(networks.size());
        for (String network : networks) {
            trusted.add(network(network.strip()));
        }
        return new ClientAddressResolver(trusted);
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
        return address(peer)
                .flatMap(known -> isTrusted(known) ? behind(forwardedFor, forwarded) : Optional.of(known))
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
            Optional<IPAddress> hop = address(ForwardedHops.withoutPort(hops.get(i)));
            if (hop.isEmpty() || !isTrusted(hop.get())) {
                return hop;
            }
        }
        return Optional.empty();
    }

    private boolean isTrusted(IPAddress address) {
        for (IPAddress network : trusted) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Nobody calls from {@code 0.0.0.0} or from a multicast group; who says so is mistaken. */
    private static boolean canBeAUser(IPAddress address) {
        return !address.isZero() && !address.isMulticast();
    }

    private static Optional<IPAddress> address(String literal) {
        IPAddress address = new IPAddressString(literal, ADDRESS).getAddress();
        if (address == null) {
            return Optional.empty();
        }
        if (address.isIPv6()) {
            return Optional.of(
                    address.toIPv6().isIPv4Mapped()
                            ? address.toIPv6().getEmbeddedIPv4Address()
                            : address.toIPv6().removeZone());
        }
        return Optional.of(address);
    }

    private static IPAddress network(String cidr) {
        IPAddress network = new IPAddressString(cidr, NETWORK).getAddress();
        if (network == null) {
            throw wrong(cidr, "is no network; write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
        }
        if (network.isIPv6() && network.toIPv6().isIPv4Mapped()) {
            throw wrong(cidr, "is an IPv4 network in IPv6 notation; write it as IPv4, for example 10.0.0.0/8");
        }
        if (network.isIPv6() && network.toIPv6().hasZone()) {
            throw wrong(cidr, "has a zone; write it without, for example fe80::/10");
        }
        Integer bits = network.getNetworkPrefixLength();
        if (bits == null) {
            return network;
        }
        if (bits == 0) {
            throw wrong(cidr, "trusts the whole world; name only the networks of your own proxies");
        }
        IPAddress block = network.toPrefixBlock();
        if (!block.getLower().withoutPrefixLength().equals(network.getLower().withoutPrefixLength())) {
            throw wrong(cidr, "has bits set behind its prefix; write " + block.toCanonicalString());
        }
        return block;
    }

    private static ConfigurationException wrong(String cidr, String why) {
        return new ConfigurationException(SETTING + ": '" + cidr + "' " + why, Set.of(SETTING));
    }

    /** Only what RFC 3986 calls an address: none of the short, octal or hexadecimal forms of old, no ranges. */
    private static IPAddressStringParameters.Builder strict() {
        return new IPAddressStringParameters.Builder()
                .allowEmpty(false)
                .allowAll(false)
                .allowSingleSegment(false)
                .allowMask(false)
                .allowPrefixOnly(false)
                .allowWildcardedSeparator(false)
                .setRangeOptions(RangeParameters.NO_RANGE)
                .getIPv4AddressParametersBuilder()
                .allow_inet_aton(false)
                .allowBinary(false)
                .allowLeadingZeros(false)
                .getParentBuilder()
                .getIPv6AddressParametersBuilder()
                .allowBase85(false)
                .allowBinary(false)
                .getParentBuilder();
    }
}
