package dev.rampgate.edge.address;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Parses the hops that proxies wrote into a header, left (furthest) to right (nearest). Pure; used by the resolver. */
final class ForwardedHops {

    /** A hop without a usable address. */
    static final String UNKNOWN = "unknown";

    private ForwardedHops() {}

    /** The hops of all {@code X-Forwarded-For} fields; empty list elements are ignored (RFC 9110, section 5.6.1). */
    static List<String> ofForwardedFor(List<String> values) {
        List<String> hops = new ArrayList<>();
        for (String value : values) {
            for (String hop : value.split(",", -1)) {
                String trimmed = hop.strip();
                if (!trimmed.isEmpty()) {
                    hops.add(trimmed);
                }
            }
        }
        return hops;
    }

    /** The address of a header that is not a list; one unknown hop if the request has the header more than once. */
    static List<String> ofSingle(List<String> values) {
        return values.size() > 1
                ? List.of(UNKNOWN)
                : values.stream().map(String::strip).toList();
    }

    /**
     * The hops of all {@code Forwarded} fields (RFC 7239, section 4). A field with invalid syntax counts as one unknown hop:
     * an unclosed quote on the left, which a user can send, could otherwise hide what the operator's proxy appended.
     */
    static List<String> ofForwarded(List<String> values) {
        List<String> hops = new ArrayList<>();
        for (String value : values) {
            List<String> found = new Elements(value).read();
            hops.addAll(found == null ? List.of(UNKNOWN) : found);
        }
        return hops;
    }

    /**
     * Removes the port and the brackets from {@code 192.0.2.1:80} and {@code [2001:db8::1]:80}; returns any other text
     * unchanged. A bare IPv6 address has at least two colons, and so has no port to remove.
     */
    static String withoutPort(String hop) {
        if (hop.startsWith("[")) {
            int end = hop.indexOf(']');
            if (end < 0 || !isNothingOrPort(hop.substring(end + 1))) {
                return UNKNOWN;
            }
            String inside = hop.substring(1, end);
            return inside.indexOf(':') < 0 ? UNKNOWN : inside;
        }
        int colon = hop.indexOf(':');
        if (colon < 0 || colon != hop.lastIndexOf(':')) {
            return hop;
        }
        return isNothingOrPort(hop.substring(colon)) ? hop.substring(0, colon) : UNKNOWN;
    }

    /** A port may also be an obfuscated name (RFC 7239, section 6). */
    private static boolean isNothingOrPort(String text) {
        return text.isEmpty() || text.matches(":(\\d{1,5}|_[A-Za-z0-9._-]+)");
    }

    /** One {@code Forwarded} field, read character by character. */
    private static final class Elements {
        private static final String TOKEN = "!#$%&'*+-.^_`|~";

        private final String text;
        private final List<String> hops = new ArrayList<>();
        private int at;

        Elements(String text) {
            this.text = text;
        }

        /** The {@code for} of each element; null if the syntax is invalid. */
        List<String> read() {
            do {
                if (!element()) {
                    return null;
                }
            } while (accept(','));
            return at == text.length() ? hops : null;
        }

        private boolean element() {
            String hop = null;
            boolean empty = true;
            do {
                space();
                String name = token();
                if (name.isEmpty()) {
                    continue;
                }
                empty = false;
                String value = accept('=') ? value() : null;
                if (value == null) {
                    return false;
                }
                if (name.toLowerCase(Locale.ROOT).equals("for")) {
                    if (hop != null) {
                        return false;
                    }
                    hop = value;
                }
                space();
            } while (accept(';'));
            if (!empty) {
                hops.add(hop == null ? UNKNOWN : hop);
            }
            return true;
        }

        private String value() {
            return accept('"') ? quoted() : bare();
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return value.toString();
                }
                if (c == '\\') {
                    if (at == text.length()) {
                        return null;
                    }
                    c = text.charAt(at++);
                }
                value.append(c);
            }
            return null;
        }

        /** A token. Also an unquoted address with colons and brackets, which several proxies write against the RFC. */
        private String bare() {
            int start = at;
            while (at < text.length() && (isToken(text.charAt(at)) || ":[]".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            return at == start ? null : text.substring(start, at);
        }

        private String token() {
            int start = at;
            while (at < text.length() && isToken(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private static boolean isToken(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || TOKEN.indexOf(c) >= 0;
        }

        private void space() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private boolean accept(char expected) {
            if (at < text.length() && text.charAt(at) == expected) {
                at++;
                return true;
            }
            return false;
        }
    }
}
