package dev.rampgate.database;

import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.TransactionRollbackException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a failure of the database means, for the connection that it came by and for the work that it kept from being done.
 * The table of SQLSTATEs (PostgreSQL, appendix A) is the only one; docs/operations.md shows it.
 *
 * @param remedy what to do about the work
 * @param discard what to do with connections
 */
public record DatabaseFailure(Remedy remedy, Discard discard) {

    /** Which connections are of no use any more. */
    public enum Discard {
        /** None: the next statement may work on the same connection. */
        NONE,
        /** The one that the failure came by. */
        THIS,
        /** All that are open: they lead to a server that cannot write. */
        ALL
    }

    /**
     * A row of the table.
     *
     * @param state a SQLSTATE, or the class (its first two characters) of all that have no row of their own
     * @param meaning in the words of PostgreSQL
     */
    public record Row(String state, Discard discard, Remedy remedy, String meaning) {}

    /** The server that answers cannot write: a standby, or a primary that was demoted or made read-only. */
    public static final String READ_ONLY = "25006";

    /** How the client says that a connection was closed before. */
    private static final String NOT_ACTIVE = "Connection is not active";

    /** A class without a row is one that no statement of ours can cause: alarmed, and tried again. */
    private static final DatabaseFailure OTHER = new DatabaseFailure(Remedy.OUTAGE, Discard.NONE);

    private static final List<Row> TABLE = List.of(
            row("03", Discard.THIS, Remedy.RECONNECT, "SQL statement not yet complete"),
            row("08", Discard.THIS, Remedy.RECONNECT, "connection exception"),
            row("08001", Discard.THIS, Remedy.OUTAGE, "unable to establish a connection"),
            row("08004", Discard.THIS, Remedy.OUTAGE, "server rejected the connection"),
            row("08P01", Discard.THIS, Remedy.OUTAGE, "protocol violation; whatever PgBouncer refuses"),
            row("0A", Discard.THIS, Remedy.RECONNECT, "feature not supported; a cached plan of tables that changed"),
            row("0B", Discard.THIS, Remedy.RECONNECT, "invalid transaction initiation"),
            row("21", Discard.NONE, Remedy.QUARANTINE, "cardinality violation"),
            row("22", Discard.NONE, Remedy.QUARANTINE, "data exception"),
            row("23", Discard.NONE, Remedy.QUARANTINE, "integrity constraint violation"),
            row("24", Discard.THIS, Remedy.RECONNECT, "invalid cursor state"),
            row("25", Discard.THIS, Remedy.RECONNECT, "invalid transaction state; a transaction that idled too long"),
            row(READ_ONLY, Discard.ALL, Remedy.OUTAGE, "read-only transaction: a standby, or a demoted primary"),
            row("26", Discard.THIS, Remedy.RECONNECT, "invalid statement name: a pooler mixed sessions up"),
            row("28", Discard.THIS, Remedy.OUTAGE, "invalid authorization"),
            row("2D", Discard.THIS, Remedy.RECONNECT, "invalid transaction termination"),
            row("34", Discard.THIS, Remedy.RECONNECT, "invalid cursor name"),
            row("3B", Discard.THIS, Remedy.RECONNECT, "savepoint exception"),
            row("3D", Discard.THIS, Remedy.OUTAGE, "no such database"),
            row("3F", Discard.NONE, Remedy.OUTAGE, "no such schema"),
            row("40", Discard.NONE, Remedy.RETRY, "transaction rollback: serialization failure, deadlock"),
            row("40002", Discard.NONE, Remedy.QUARANTINE, "integrity constraint violation at commit"),
            row("40003", Discard.THIS, Remedy.RECONNECT, "unknown whether the statement was completed"),
            row("42", Discard.NONE, Remedy.OUTAGE, "the tables or rights are not those that this build needs"),
            row(
                    "42P05",
                    Discard.THIS,
                    Remedy.RECONNECT,
                    "a prepared statement of this name exists: a pooler's session"),
            row("44", Discard.NONE, Remedy.QUARANTINE, "check option violation"),
            row("53", Discard.NONE, Remedy.OUTAGE, "disk full, out of memory, too many connections"),
            row("54", Discard.NONE, Remedy.QUARANTINE, "program limit exceeded: a value too large for an index"),
            row("55", Discard.THIS, Remedy.OUTAGE, "not in the needed state: accepts no connections"),
            row("55006", Discard.NONE, Remedy.RETRY, "object in use"),
            row("55P03", Discard.NONE, Remedy.RETRY, "lock not available within lock_timeout"),
            row("57", Discard.THIS, Remedy.OUTAGE, "operator intervention: 57P03 starting up, 57P04 database dropped"),
            row("57014", Discard.NONE, Remedy.OUTAGE, "no answer within statement_timeout"),
            row("57P01", Discard.THIS, Remedy.RECONNECT, "an administrator ended this connection, or the server"),
            row("57P02", Discard.THIS, Remedy.RECONNECT, "another process of the server crashed"),
            row("57P05", Discard.THIS, Remedy.RECONNECT, "the session idled too long"),
            row("58", Discard.THIS, Remedy.OUTAGE, "system error: the disk fails"),
            row("72", Discard.NONE, Remedy.RETRY, "snapshot too old"),
            row("P0", Discard.NONE, Remedy.QUARANTINE, "raised by a trigger of the operator's"),
            row("XX", Discard.THIS, Remedy.OUTAGE, "internal error, data corrupted"));

    private static Row row(String state, Discard discard, Remedy remedy, String meaning) {
        return new Row(state, discard, remedy, meaning);
    }

    /** All rows, by SQLSTATE. */
    public static List<Row> table() {
        List<Row> rows = new ArrayList<>(TABLE);
        rows.sort(Comparator.comparing(Row::state));
        return List.copyOf(rows);
    }

    /** What a failed statement, transaction or connection means, whatever it failed with. */
    public static DatabaseFailure of(Throwable failure) {
        if (failure instanceof NoConnectionException) {
            return OTHER;
        }
        if (failure instanceof PgException refused && refused.getSqlState() != null) {
            return of(refused.getSqlState());
        }
        if (failure instanceof ConnectionPoolTooBusyException || failure instanceof ShareFullException) {
            return new DatabaseFailure(Remedy.WAIT, Discard.NONE);
        }
        if (failure instanceof TransactionRollbackException) {
            return new DatabaseFailure(Remedy.RETRY, Discard.NONE);
        }
        return isLoss(failure) ? new DatabaseFailure(Remedy.RECONNECT, Discard.THIS) : OTHER;
    }

    /** Whether the database is to blame: false while we ask for more than we allow ourselves. */
    public static boolean isOutage(Throwable failure) {
        return of(failure).remedy() == Remedy.OUTAGE;
    }

    /** Whether the connection was closed before the statement was sent, so that it may be sent again whatever it does. */
    public static boolean isUnsent(Throwable failure) {
        return failure instanceof NoStackTraceThrowable
                && failure.getMessage() != null
                && failure.getMessage().startsWith(NOT_ACTIVE);
    }

    static DatabaseFailure of(String sqlState) {
        Row best = null;
        for (Row row : TABLE) {
            if (sqlState.startsWith(row.state())
                    && (best == null || row.state().length() > best.state().length())) {
                best = row;
            }
        }
        return best == null ? OTHER : new DatabaseFailure(best.remedy(), best.discard());
    }

    /** A connection that worked is gone, or was closed before the statement was sent. */
    private static boolean isLoss(Throwable failure) {
        return failure instanceof ClosedConnectionException
                || failure == ConnectionBase.CLOSED_EXCEPTION
                || isOfClient(failure);
    }

    /** The client says so in words alone, and wraps what closed the connection. */
    private static boolean isOfClient(Throwable failure) {
        String message = failure.getMessage();
        return (failure instanceof NoStackTraceThrowable || failure.getClass() == io.vertx.core.VertxException.class)
                && message != null
                && (message.startsWith("Pending requests failed") || message.startsWith(NOT_ACTIVE));
    }

    /** For the log: never a message of the server's, which may quote a value. */
    public static String detail(Throwable failure) {
        if (failure instanceof PgException refused && refused.getSqlState() != null) {
            return "SQLSTATE " + refused.getSqlState();
        }
        if (failure instanceof NoConnectionException && failure.getCause() != null) {
            return "no connection, " + detail(failure.getCause());
        }
        return failure.getClass().getSimpleName();
    }
}
