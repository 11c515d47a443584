package dev.rampgate.live;

/**
 * An event that a reader receives.
 *
 * @param name the kind of event
 * @param id the reader's position after this event
 * @param data the transaction, without its timeline
 */
record LiveEvent(Name name, EventId id, TransactionView data) {

    /** The names of events. */
    enum Name {
        /** The transaction's present state; the first event of a reader without a position. */
        STATE("state"),
        /** The ledger accepted a status change. */
        TRANSITION("transition"),
        /** A poll confirmed the last status change. */
        CONFIRMED("confirmed"),
        /** No further change is expected; the stream closes. */
        END("end");

        private final String wireName;

        Name(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }
}
