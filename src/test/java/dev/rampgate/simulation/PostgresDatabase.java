package dev.rampgate.simulation;

import dev.rampgate.channel.socket.PostgresSocketClaims;
import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.database.ReplicaId;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.Transition;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PostgresPollQueue;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.postgres.OwnReferenceColumns;
import dev.rampgate.reconcile.postgres.PostgresLedgerStore;
import dev.rampgate.support.TestEvents;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The tables in PostgreSQL, by the statements of the service, at a simulated world's time. */
final class PostgresDatabase implements Database {

    private final PostgresServer server;
    private final World.Plan plan;

    PostgresDatabase(PostgresServer server, VirtualTime time, RandomGenerator random, World.Plan plan) {
        this.server = server;
        this.plan = plan;
        server.begin(time, random);
    }

    @Override
    public LedgerStore store() {
        LedgerStore store = new PostgresLedgerStore(
                server.pool(), plan.reconciling(), TestEvents.bodies(), new ErasedUsers(ErasureKeys.NONE));
        return new LedgerStore() {
            @Override
            public <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work) {
                return undoneWhenCancelled(() -> store.inTransaction(work));
            }

            @Override
            public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
                return store.makeDue(transactionIds, spread);
            }
        };
    }

    /** As a server does when it loses a connection. */
    private <T> Uni<T> undoneWhenCancelled(Supplier<Uni<T>> transaction) {
        return Uni.createFrom().emitter(emitter -> {
            server.forgetBegun();
            Cancellable inFlight = transaction.get().subscribe().with(emitter::complete, emitter::fail);
            PostgresServer.Begun begun = server.forgetBegun();
            emitter.onTermination(() -> {
                inFlight.cancel();
                if (begun != null) {
                    begun.undo();
                }
            });
        });
    }

    @Override
    public PollQueue polls(UUID replica) {
        return new PostgresPollQueue(server.pool(), plan.polling(), named(replica));
    }

    @Override
    public SocketClaims sockets(UUID replica) {
        return new PostgresSocketClaims(server.pool(), plan.socketing(), named(replica));
    }

    private static ReplicaId named(UUID replica) {
        long[] halves = {replica.getMostSignificantBits(), replica.getLeastSignificantBits()};
        return new ReplicaId(new RandomGenerator() {
            private int next;

            @Override
            public long nextLong() {
                return halves[next++];
            }
        });
    }

    @Override
    public Optional<Database.Committed> row(String id) {
        RowSet<Row> found = server.read("SELECT * FROM transaction WHERE id = $1", Tuple.of(id));
        return found.size() == 0
                ? Optional.empty()
                : Optional.of(new Database.Committed(
                        state(found.iterator().next()), details(found.iterator().next()), timeline(id), archive(id)));
    }

    private static LedgerState state(Row row) {
        return new LedgerState(
                Status.of(row.getString("status")).orElseThrow(),
                row.getInteger("attempt"),
                row.getInteger("sequence"),
                row.getBoolean("confirmed"),
                instant(row, "as_of"),
                instant(row, "since"),
                instant(row, "attempt_since"),
                instant(row, "changed_at"),
                row.getBoolean("settled"),
                row.getBoolean("abandoned"));
    }

    private static TransactionDetails details(Row row) {
        return new TransactionDetails(
                row.getString("user_id"),
                row.getString("type"),
                row.getString("currency"),
                row.getString("network"),
                row.getString("requested_amount"),
                row.getString("crypto_amount"),
                row.getString("fiat_currency"),
                row.getString("fiat_amount"),
                row.getString("payment_method"),
                OwnReferenceColumns.read(io.vertx.mutiny.sqlclient.Row.newInstance(row)),
                row.getString("address"),
                instant(row, "created_at"));
    }

    private List<Transition> timeline(String id) {
        List<Transition> timeline = new ArrayList<>();
        for (Row row :
                server.read("SELECT * FROM transition WHERE transaction_id = $1 ORDER BY sequence", Tuple.of(id))) {
            timeline.add(new Transition(
                    id,
                    row.getInteger("sequence"),
                    row.getInteger("attempt"),
                    Status.of(row.getString("status")).orElseThrow(),
                    Channel.valueOf(row.getString("channel")),
                    instant(row, "reported_at"),
                    instant(row, "occurred_at"),
                    instant(row, "observed_at"),
                    instant(row, "confirmed_at"),
                    row.getBoolean("correction")));
        }
        return timeline;
    }

    private Set<UUID> archive(String id) {
        Set<UUID> ids = new HashSet<>();
        server.read("SELECT id FROM observation WHERE transaction_id = $1", Tuple.of(id))
                .forEach(row -> ids.add(row.getUUID("id")));
        return ids;
    }

    private static Instant instant(Row row, String column) {
        OffsetDateTime value = row.getOffsetDateTime(column);
        return value == null ? null : value.toInstant();
    }

    @Override
    public void close() {
        server.end();
    }
}
