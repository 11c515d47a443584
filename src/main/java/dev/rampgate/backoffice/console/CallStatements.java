package dev.rampgate.backoffice.console;

import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.database.Remedy;
import dev.rampgate.database.StatementTurns;
import dev.rampgate.reconcile.DatabaseAvailability;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Sends the statements for which a call of the console waits: in the back office's share of the connections, not for long, and not at all while
 * the database is away.
 */
@ApplicationScoped
class CallStatements {

    /** A database that is silent for so long counts as away. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StatementTurns share;
    private final DatabaseAvailability database;

    CallStatements(ConnectionShares shares, DatabaseAvailability database) {
        this.share = shares.backOffice();
        this.database = database;
    }

    /** The outcome of a statement. What its failure means, {@link #isAway} says. */
    <T> Uni<T> send(Supplier<Uni<T>> statement) {
        return whileThere(() -> share.within(statement));
    }

    /** The same outside of the share, for the few statements that must not wait for searches and exports. */
    <T> Uni<T> sendAtOnce(Supplier<Uni<T>> statement) {
        return whileThere(statement);
    }

    private <T> Uni<T> whileThere(Supplier<Uni<T>> statement) {
        return database.isAway()
                ? Uni.createFrom().failure(new IllegalStateException("the database is away"))
                : Uni.createFrom()
                        .deferred(statement::get)
                        .ifNoItem()
                        .after(PATIENCE)
                        .fail();
    }

    /** Whether a statement failed since the database is away. False if it was not asked, since too many statements wait. */
    static boolean isAway(Throwable failure) {
        Remedy remedy = DatabaseFailure.of(failure).remedy();
        return remedy == Remedy.OUTAGE || remedy == Remedy.RECONNECT;
    }
}
