package dev.rampgate.database;

/** Too many statements of this kind wait already, or this one waited for too long. The database is not to blame. */
public final class ShareFullException extends RuntimeException {

    ShareFullException(String share) {
        super("too many statements at once: " + share, null, false, false);
    }
}
