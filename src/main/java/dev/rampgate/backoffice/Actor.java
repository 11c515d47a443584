package dev.rampgate.backoffice;

/**
 * An operator or a service that calls the back office.
 *
 * @param name its name in the settings: lower case letters and digits
 * @param role what it may do
 */
public record Actor(String name, Role role) {

    /** Whether it may call a route that needs this permission. */
    public boolean may(Permission permission) {
        return role.may(permission);
    }
}
