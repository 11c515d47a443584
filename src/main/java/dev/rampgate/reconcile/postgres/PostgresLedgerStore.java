package dev.rampgate.reconcile.postgres;

import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.database.Remedy;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.outbox.EventBodies;
import dev.rampgate.pollqueue.PollRequests;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.reconcile.StoreException;
import dev.rampgate.reconcile.StoreException.Kind;
import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Function;

/** The ledger in PostgreSQL. */
@ApplicationScoped
public class PostgresLedgerStore implements LedgerStore {

    private final Pool pool;
    private final PollRequests demand;
    private final ReconcileSettings settings;
    private final EventBodies bodies;
    private final ErasedUsers erasedUsers;

    public PostgresLedgerStore(Pool pool, ReconcileSettings settings, EventBodies bodies, ErasedUsers erasedUsers) {
        this.pool = pool;
        this.demand = new PollRequests(pool);
        this.settings = settings;
        this.bodies = bodies;
        this.erasedUsers = erasedUsers;
    }

    @Override
    public <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work) {
        Uni<T> done = pool.getConnection().chain(connection -> inTransaction(
                        connection,
                        new PostgresUnitOfWork(
                                connection, settings.archiveLimit(), settings.unknownCapacity(), bodies, erasedUsers),
                        work)
                // Rolls back what is not committed.
                .onItemOrFailure()
                .call(() -> connection.close().onFailure().recoverWithNull()));
        // A batch that is cancelled would give its connection back too early, or never. Nothing stands behind it that
        // could be
        // cancelled on its own: the failure of a batch that is too late would be logged as dropped.
        return DetachedWork.uncancelled(done.onFailure().transform(PostgresLedgerStore::classified));
    }

    /** {@code BEGIN} and the first statement of the work leave together: one way to the database less for each batch. */
    private static <T> Uni<T> inTransaction(
            SqlConnection connection, UnitOfWork unit, Function<UnitOfWork, Uni<T>> work) {
        return Uni.combine()
                .all()
                .unis(connection.begin(), Uni.createFrom().deferred(() -> work.apply(unit)))
                // Both fail when the connection is lost; one of them would be dropped, with an error in the log.
                .collectFailures()
                .asTuple()
                .call(begunAndDone -> begunAndDone.getItem1().commit())
                .map(Tuple2::getItem2);
    }

    @Override
    public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
        return demand.makeDue(transactionIds, spread).onFailure().transform(PostgresLedgerStore::classified);
    }

    private static Throwable classified(Throwable failure) {
        if (failure instanceof StoreException) {
            return failure;
        }
        Throwable first = failure instanceof CompositeException several ? first(several) : failure;
        if (first instanceof StoreException) {
            return first;
        }
        // The message may quote a value, the code does not.
        return new StoreException(
                kind(DatabaseFailure.of(first).remedy()),
                DatabaseFailure.detail(first),
                first instanceof PgException ? null : first);
    }

    /** Of what failed together: what the server said, since the rest follows from it. */
    private static Throwable first(CompositeException failures) {
        return failures.getCauses().stream()
                .filter(one -> one instanceof PgException || one instanceof StoreException)
                .findFirst()
                .orElse(failures.getCauses().get(0));
    }

    private static Kind kind(Remedy remedy) {
        return switch (remedy) {
            case RETRY -> Kind.COLLISION;
            case RECONNECT -> Kind.LOST;
            case QUARANTINE -> Kind.DATA;
            case WAIT -> Kind.BUSY;
            case OUTAGE -> Kind.AWAY;
        };
    }
}
