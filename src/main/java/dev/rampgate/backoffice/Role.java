package dev.rampgate.backoffice;

import static dev.rampgate.backoffice.Permission.CLOSE_PERIODS;
import static dev.rampgate.backoffice.Permission.ERASE_USERS;
import static dev.rampgate.backoffice.Permission.EXPORT_USERS;
import static dev.rampgate.backoffice.Permission.POLL_TRANSACTION;
import static dev.rampgate.backoffice.Permission.POLL_WINDOW;
import static dev.rampgate.backoffice.Permission.READ_AUDIT;
import static dev.rampgate.backoffice.Permission.READ_BRAKES;
import static dev.rampgate.backoffice.Permission.READ_BREAKS;
import static dev.rampgate.backoffice.Permission.READ_CASES;
import static dev.rampgate.backoffice.Permission.READ_DELIVERIES;
import static dev.rampgate.backoffice.Permission.READ_EVENTS;
import static dev.rampgate.backoffice.Permission.READ_STATEMENTS;
import static dev.rampgate.backoffice.Permission.READ_TRANSACTIONS;
import static dev.rampgate.backoffice.Permission.RESEND_TRANSACTION;
import static dev.rampgate.backoffice.Permission.RUN_BOOKS;
import static dev.rampgate.backoffice.Permission.RUN_ENDPOINTS;
import static dev.rampgate.backoffice.Permission.SET_BRAKES;
import static dev.rampgate.backoffice.Permission.USE_CONSOLE;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What an actor may do: the one table of permissions. {@code docs/backoffice.md} shows it by route, and a test compares the two. */
public enum Role {
    /** Another system of the company: reads transactions and events. */
    SERVICE(READ_TRANSACTIONS, READ_EVENTS),
    /** A person who answers users. */
    SUPPORT(
            USE_CONSOLE,
            READ_TRANSACTIONS,
            READ_EVENTS,
            READ_DELIVERIES,
            READ_BRAKES,
            READ_CASES,
            POLL_TRANSACTION,
            RESEND_TRANSACTION),
    /** A person who runs the service. */
    OPERATOR(
            USE_CONSOLE,
            READ_TRANSACTIONS,
            READ_EVENTS,
            READ_DELIVERIES,
            READ_BRAKES,
            READ_CASES,
            POLL_TRANSACTION,
            RESEND_TRANSACTION,
            POLL_WINDOW,
            RUN_ENDPOINTS,
            SET_BRAKES,
            READ_STATEMENTS,
            CLOSE_PERIODS,
            ERASE_USERS,
            READ_BREAKS,
            RUN_BOOKS,
            READ_AUDIT,
            EXPORT_USERS),
    /** Reads everything and changes nothing. */
    AUDITOR(
            USE_CONSOLE,
            READ_TRANSACTIONS,
            READ_EVENTS,
            READ_DELIVERIES,
            READ_BRAKES,
            READ_CASES,
            READ_BREAKS,
            READ_STATEMENTS,
            READ_AUDIT);

    private final Set<Permission> permissions;

    Role(Permission... permissions) {
        this.permissions = Collections.unmodifiableSet(EnumSet.copyOf(Arrays.asList(permissions)));
    }

    /** Whether actors of this role may call a route that needs this permission. */
    public boolean may(Permission permission) {
        return permissions.contains(permission);
    }

    /** As settings spell it, for example {@code support}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role that settings spell so; empty if there is none. */
    public static Optional<Role> of(String wireName) {
        return Arrays.stream(values())
                .filter(role -> role.wireName().equals(wireName))
                .findFirst();
    }
}
