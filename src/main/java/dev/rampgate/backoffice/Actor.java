package dev.rampgate.backoffice;

import dev.rampgate.wire.Sha256;
import java.util.HexFormat;

/**
 * An operator or a service that calls the back office.
 *
 * @param name its name in the settings: lower case letters and digits; for a person who is signed in elsewhere {@code jwt:} or
 *     {@code proxy:} and the person's name there, up to 64 printable ASCII characters
 * @param role what it may do
 */
public record Actor(String name, Role role) {

    private static final int LOGGED_BYTES = 4;

    /** The name for the log: the one of the settings, or for a person a short hash, since a log holds nothing personal. */
    public String logName() {
        int kind = name.indexOf(':');
        return kind < 0
                ? name
                : name.substring(0, kind + 1) + HexFormat.of().formatHex(Sha256.of(name), 0, LOGGED_BYTES);
    }

    /** Whether it may call a route that needs this permission. */
    public boolean may(Permission permission) {
        return role.may(permission);
    }
}
