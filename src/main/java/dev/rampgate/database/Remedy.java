package dev.rampgate.database;

/** What to do about work that the database did not do. */
public enum Remedy {
    /** Do it again at once: other work was in the way. */
    RETRY,
    /** Do it again at once, on another connection: this one was lost, or is of no use any more. */
    RECONNECT,
    /** Do not do it again: the database refused a value. One observation is set aside, its neighbours go on. */
    QUARANTINE,
    /** Do it again later: we have more to do than connections. No outage, and no alarm. */
    WAIT,
    /** Do it again when the database is back: it is away, or refuses to work. Alarmed. */
    OUTAGE
}
