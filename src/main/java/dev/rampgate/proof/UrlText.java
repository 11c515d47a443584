package dev.rampgate.proof;

import java.nio.charset.StandardCharsets;

/** Writes opaque ids into URLs, so that none of them can change what the URL means. */
final class UrlText {
    private static final String HEX = "0123456789ABCDEF";

    private UrlText() {}

    /**
     * The UTF-8 of a text with all but letters, digits, {@code -}, {@code _}, {@code ~} and dots percent-encoded: for a
     * path segment or a query value. A segment of one or two dots would climb the path, so those are encoded too.
     */
    static String encoded(String text) {
        boolean climbs = text.equals(".") || text.equals("..");
        StringBuilder url = new StringBuilder(text.length() + 16);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (isUnreserved(octet) && !(climbs && octet == '.')) {
                url.append((char) octet);
            } else {
                url.append('%').append(HEX.charAt((octet >> 4) & 15)).append(HEX.charAt(octet & 15));
            }
        }
        return url.toString();
    }

    private static boolean isUnreserved(byte octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '-'
                || octet == '_'
                || octet == '~'
                || octet == '.';
    }
}
