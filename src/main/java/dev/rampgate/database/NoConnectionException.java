package dev.rampgate.database;

/** No connection could be opened: an outage, whatever the reason. */
public final class NoConnectionException extends RuntimeException {

    public NoConnectionException(Throwable cause) {
        super("no connection to the database: " + DatabaseFailure.detail(cause), cause, false, false);
    }
}
