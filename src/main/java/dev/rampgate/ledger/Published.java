package dev.rampgate.ledger;

/**
 * What the company's other systems were sent about a transaction.
 *
 * @param version the number of its events so far, and so the version of the last one
 * @param statusVersion the version of the event that published the recorded status; null if none did
 * @param outdated whether details have changed since the last event
 */
public record Published(int version, Integer statusVersion, boolean outdated) {

    /** No event yet. */
    public static final Published NOTHING = new Published(0, null, false);

    Published withStatusVersion(Integer next) {
        return new Published(version, next, outdated);
    }

    Published withOutdated(boolean next) {
        return new Published(version, statusVersion, next);
    }

    /** One event more, which shows all details. */
    Published another() {
        return new Published(version + 1, statusVersion, false);
    }
}
