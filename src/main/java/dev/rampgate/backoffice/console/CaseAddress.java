package dev.rampgate.backoffice.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The address of a case. Ids may have any characters. */
final class CaseAddress {

    private CaseAddress() {}

    /** Behind {@code /operate/console/}. */
    static String of(String id) {
        return "transactions/" + encoded(id);
    }

    /** Who looked at it, from the host on. */
    static String audit(String id) {
        return ConsoleRoutes.ROOT + "audit?transaction=" + encoded(id);
    }

    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** From the host on. */
    static String absolute(String id) {
        return ConsoleRoutes.ROOT + of(id);
    }
}
