package dev.rampgate.database;

/**
 * Hears one channel of {@code NOTIFY}. Every bean of this type is called, on any event loop, while the replica listens. A
 * notification may be lost, so that it may only hasten what is found without it.
 */
public interface NotificationSubscriber {

    /** The name of the channel: lower case, letters and {@code _}. */
    String channel();

    /** Called each time that listening begins: earlier notifications may be lost. */
    void listening();

    /** @param payload anything, since every client of the database can send one; also what this replica has sent itself */
    void received(String payload);
}
