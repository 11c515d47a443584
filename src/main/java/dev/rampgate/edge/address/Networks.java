package dev.rampgate.edge.address;

import inet.ipaddr.AddressStringParameters.RangeParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv6.IPv6Address;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.annotations.RegisterResourceBundle;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The networks of a setting; answers whether an address is in one of them. Pure. */
// For the native executable: the library creates these arrays by reflection, and loads its messages from a bundle.
@RegisterForReflection(
        targets = {IPv4Address[].class, IPv6Address[].class},
        methods = false,
        fields = false,
        unsafeAllocated = true)
@RegisterResourceBundle(bundleName = "inet.ipaddr.IPAddressResources")
public final class Networks {

    private static final int IPV6_SITE_BITS = 64;
    private static final IPAddressStringParameters ADDRESS =
            strict().allowPrefix(false).toParams();
    private static final IPAddressStringParameters NETWORK =
            strict().allowPrefix(true).toParams();

    private final List<IPAddress> networks;

    private Networks(List<IPAddress> networks) {
        this.networks = networks;
    }

    /**
     * Parses a setting.
     *
     * @param cidrs such as {@code 10.0.0.0/8} and {@code 2001:db8::/32}, or single addresses
     * @throws ConfigurationException if one is invalid; its message names the setting and the accepted form
     */
    public static Networks of(String setting, List<String> cidrs) {
        return new Networks(
                cidrs.stream().map(cidr -> network(setting, cidr.strip())).toList());
    }

    /** Whether a literal address is in one of these networks; false for a text that is not an address. */
    public boolean contain(String literal) {
        return address(literal).filter(this::contain).isPresent();
    }

    boolean contain(IPAddress address) {
        for (IPAddress network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The key by which calls are counted: an IPv4 address, or the {@code /64} network of an IPv6 address, since one household
     * usually has at least that many addresses.
     *
     * @param literal an address in the form of {@link ClientAddress#of}
     */
    public static String source(String literal) {
        return address(literal)
                .filter(IPAddress::isIPv6)
                .map(address -> address.toPrefixBlock(IPV6_SITE_BITS).toCanonicalString())
                .orElse(literal);
    }

    /** Parses a literal address. IPv4 in IPv6 notation becomes IPv4; zones are removed. Empty if the text is not an address. */
    public static Optional<IPAddress> address(String literal) {
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

    private static IPAddress network(String setting, String cidr) {
        IPAddress network = new IPAddressString(cidr, NETWORK).getAddress();
        if (network == null) {
            throw wrong(setting, cidr, "is not a network; write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
        }
        if (network.isIPv6() && network.toIPv6().isIPv4Mapped()) {
            throw wrong(setting, cidr, "is an IPv4 network in IPv6 notation; write it as IPv4, for example 10.0.0.0/8");
        }
        if (network.isIPv6() && network.toIPv6().hasZone()) {
            throw wrong(setting, cidr, "has a zone; write it without the zone, for example fe80::/10");
        }
        Integer bits = network.getNetworkPrefixLength();
        if (bits == null) {
            return network;
        }
        if (bits == 0) {
            throw wrong(setting, cidr, "trusts the whole world; name only the networks that you mean");
        }
        IPAddress block = network.toPrefixBlock();
        if (!block.getLower().withoutPrefixLength().equals(network.getLower().withoutPrefixLength())) {
            throw wrong(setting, cidr, "has bits set behind its prefix; write " + block.toCanonicalString());
        }
        return block;
    }

    private static ConfigurationException wrong(String setting, String cidr, String why) {
        return new ConfigurationException(setting + ": '" + cidr + "' " + why, Set.of(setting));
    }

    /** Only the address forms of RFC 3986: no short, octal or hexadecimal forms, and no ranges. */
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
