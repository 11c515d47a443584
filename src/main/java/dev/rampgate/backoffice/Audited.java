package dev.rampgate.backoffice;

/** How the calls of a route enter the audit. */
public enum Audited {
    /** By an entry that is committed before the call begins. */
    BEFORE,
    /** Likewise; but calls by services are counted in a metric. */
    BEFORE_UNLESS_SERVICE,
    /** By an entry that the route itself commits together with what it changes, by {@link CallAudit}. */
    WITH_ACTION,
    /** By an entry that is written within seconds, and counts calls of the same kind: for what must work while the database is away. */
    SOON,
    /** Not at all, but counted in a metric: it shows neither transactions nor users. */
    COUNTED
}
