package dev.rampgate.backoffice;

/** What a route of the back office needs. Each route declares one; {@link Role} says who has it. */
public enum Permission {
    /** Sign in to the console. Every page needs it beside its own permission. */
    USE_CONSOLE,
    /** Read records of transactions: search, list, export. */
    READ_TRANSACTIONS,
    /** Read the feed of events. */
    READ_EVENTS,
    /** Read endpoints and deliveries. */
    READ_DELIVERIES,
    /** Send the events of one transaction again. */
    RESEND_TRANSACTION,
    /** Pause, resume and test endpoints, replay windows. */
    RUN_ENDPOINTS,
    /** Read cases: archive, plans, what to answer a user. */
    READ_CASES,
    /** Poll one transaction again. */
    POLL_TRANSACTION,
    /** Poll all transactions of a window of time again. */
    POLL_WINDOW,
    /** Read brakes. */
    READ_BRAKES,
    /** Put brakes on and release them. */
    SET_BRAKES,
    /** Read statements of a month. */
    READ_STATEMENTS,
    /** Close a month of the books. */
    CLOSE_PERIODS,
    /** Erase a user. */
    ERASE_USERS,
    /** Read drift runs, imported statements and breaks. */
    READ_BREAKS,
    /** Start and cancel drift runs, import statements, explain breaks. */
    RUN_BOOKS,
    /** Read the audit. */
    READ_AUDIT,
    /** Export everything about a user. */
    EXPORT_USERS
}
