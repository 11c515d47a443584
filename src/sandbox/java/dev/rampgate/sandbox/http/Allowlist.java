package dev.rampgate.sandbox.http;

import inet.ipaddr.AddressStringException;
import inet.ipaddr.IPAddressString;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * The sources from which a partner may call (Proof contract, section 1): registered addresses, and registered origins for calls that
 * send an {@code Origin}. Each list is off until it is set, since the contract contradicts itself about both (C1 to C3).
 * Thread-safe.
 */
public final class Allowlist {

    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[a-z0-9._~\\[\\]:-]+");

    private final AtomicReference<List<IPAddressString>> addresses = new AtomicReference<>();
    private final AtomicReference<Set<String>> origins = new AtomicReference<>();

    /**
     * Registers source addresses.
     *
     * @param registered IPv4 or IPv6 addresses or CIDR ranges; empty refuses all callers, null switches the check off
     * @throws IllegalArgumentException if one is not an address
     */
    public void addresses(List<String> registered) {
        if (registered == null) {
            addresses.set(null);
            return;
        }
        List<IPAddressString> ranges = new ArrayList<>();
        for (String text : registered) {
            ranges.add(range(text));
        }
        addresses.set(List.copyOf(ranges));
    }

    /**
     * Registers origins, for example {@code https://shop.example.test}; null switches the check off.
     *
     * @throws IllegalArgumentException if one is no origin
     */
    public void origins(Set<String> registered) {
        if (registered != null) {
            registered.forEach(Allowlist::checkedOrigin);
        }
        origins.set(registered == null ? null : Set.copyOf(registered));
    }

    /** The same text, if it is an IPv4 or IPv6 address or a CIDR range. */
    static String checkedAddress(String text) {
        range(text);
        return text;
    }

    /** The same text, if browsers write an origin so: scheme, host and perhaps a port, in lower case and without a path. */
    static String checkedOrigin(String text) {
        if (!ORIGIN.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "an origin is expected, such as https://shop.example.test or http://localhost:3000, not " + text);
        }
        return text;
    }

    private static IPAddressString range(String text) {
        IPAddressString range = new IPAddressString(text);
        try {
            range.validate();
        } catch (AddressStringException e) {
            throw new IllegalArgumentException(
                    "an address or CIDR range is expected, such as 203.0.113.7 or 203.0.113.0/24, not " + text, e);
        }
        return range;
    }

    boolean admits(HttpServerRequest request) {
        return admitsAddress(request.remoteAddress().hostAddress()) && admitsOrigin(request.getHeader("Origin"));
    }

    private boolean admitsAddress(String peer) {
        List<IPAddressString> ranges = addresses.get();
        return ranges == null || ranges.stream().anyMatch(range -> range.contains(new IPAddressString(peer)));
    }

    /** The header is optional: only one that is sent must be registered. */
    private boolean admitsOrigin(String origin) {
        Set<String> registered = origins.get();
        return registered == null || origin == null || registered.contains(origin);
    }
}
