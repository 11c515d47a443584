package dev.rampgate.live;

/**
 * What a reader is told.
 *
 * @param name what kind of news
 * @param id how far the reader has come with it
 * @param data the transaction, without its timeline
 */
record LiveEvent(Name name, EventId id, TransactionView data) {

    /** Names of events, as they are sent. */
    enum Name {
        /** Where the transaction stands; the first event of a reader who brings no id. */
        STATE("state"),
        /** A status change that the ledger accepted. */
        TRANSITION("transition"),
        /** A call of our own has shown the last status change. */
        CONFIRMED("confirmed"),
        /** Nothing more is to be expected; the stream closes. */
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
