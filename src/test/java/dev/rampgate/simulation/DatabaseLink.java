package dev.rampgate.simulation;

import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.StoreException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One process' way to the database. Each request and each answer takes time; either may be lost, so that a transaction
 * fails that was committed; and with the process, what it had not committed is undone.
 */
final class DatabaseLink {

    private final VirtualLoop loop;
    private final Weather weather;
    private final Consumer<Set<String>> written;
    private final Set<Cancellable> transactions = new HashSet<>();

    /** @param written told which transactions may have changed, when the database's transaction is over */
    DatabaseLink(VirtualLoop loop, Weather weather, Consumer<Set<String>> written) {
        this.loop = loop;
        this.weather = weather;
        this.written = written;
    }

    void cut() {
        Set.copyOf(transactions).forEach(Cancellable::cancel);
    }

    /** The outcome of some work there. */
    <T> Uni<T> through(Supplier<Uni<T>> work) {
        return request().chain(done -> work.get()).call(this::answer);
    }

    private Uni<Void> request() {
        return Uni.createFrom()
                .emitter(emitter -> loop.schedule(
                        weather.databaseDelay(),
                        () -> weather.onDatabase(loop, () -> weather.databaseFailure()
                                .ifPresentOrElse(emitter::fail, () -> emitter.complete(null)))));
    }

    private Uni<Void> answer() {
        return Uni.createFrom()
                .emitter(emitter -> loop.schedule(
                        weather.databaseDelay(),
                        () -> weather.onDatabase(loop, () -> {
                            if (weather.losesAnswer()) {
                                emitter.fail(new StoreException(StoreException.Kind.AWAY, "the answer was lost", null));
                            } else {
                                emitter.complete(null);
                            }
                        })));
    }

    LedgerStore store(LedgerStore store) {
        return new LedgerStore() {
            @Override
            public <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work) {
                Set<String> ids = new HashSet<>();
                return through(() -> undoneWithUs(store.inTransaction(
                                unit -> work.apply(new LinkedWork(unit, ids)).call(DatabaseLink.this::request)))
                        .onTermination()
                        .invoke(() -> written.accept(ids)));
            }

            @Override
            public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
                return through(() -> store.makeDue(transactionIds, spread));
            }
        };
    }

    private <T> Uni<T> undoneWithUs(Uni<T> transaction) {
        return Uni.createFrom().emitter(emitter -> {
            Cancellable inFlight = transaction.subscribe().with(emitter::complete, emitter::fail);
            transactions.add(inFlight);
            emitter.onTermination(() -> {
                transactions.remove(inFlight);
                inFlight.cancel();
            });
        });
    }

    private final class LinkedWork implements LedgerStore.UnitOfWork {
        private final LedgerStore.UnitOfWork unit;
        private final Set<String> ids;

        LinkedWork(LedgerStore.UnitOfWork unit, Set<String> ids) {
            this.unit = unit;
            this.ids = ids;
        }

        @Override
        public Uni<Map<String, LedgerStore.Recorded>> load(Set<String> ids, java.time.Instant now) {
            return through(() -> unit.load(ids, now));
        }

        @Override
        public Uni<Map<String, java.time.Instant>> erased(Set<String> userIds) {
            return through(() -> unit.erased(userIds));
        }

        @Override
        public Uni<Void> persist(BatchChanges changes) {
            Stream.of(changes.opened(), changes.records(), changes.followUps())
                    .flatMap(List::stream)
                    .map(TransactionRecord::id)
                    .forEach(ids::add);
            return through(() -> unit.persist(changes));
        }
    }

    PollQueue polls(PollQueue queue) {
        return new PollQueue() {
            @Override
            public Uni<List<Claim>> claim(Priority priority, int most) {
                return through(() -> queue.claim(priority, most));
            }

            @Override
            public Uni<Void> postpone(Claim claim, Duration delay, boolean missing) {
                return through(() -> queue.postpone(claim, delay, missing));
            }

            @Override
            public Uni<Void> release(Claim claim) {
                return through(() -> queue.release(claim));
            }

            @Override
            public Uni<Void> forget(Claim claim) {
                return through(() -> queue.forget(claim));
            }

            @Override
            public Uni<Void> pause(Duration duration) {
                return through(() -> queue.pause(duration));
            }

            @Override
            public Uni<Boolean> refuse() {
                return through(queue::refuse);
            }

            @Override
            public Uni<Void> resume() {
                return through(queue::resume);
            }
        };
    }

    SocketClaims sockets(SocketClaims claims) {
        return new SocketClaims() {
            @Override
            public Uni<Set<String>> claim(int limit) {
                return through(() -> claims.claim(limit));
            }

            @Override
            public Uni<Optional<Duration>> untilNextLeaseEnds() {
                return through(claims::untilNextLeaseEnds);
            }

            @Override
            public Uni<Boolean> areRefused() {
                return through(claims::areRefused);
            }

            @Override
            public Uni<Boolean> refuse() {
                return through(claims::refuse);
            }

            @Override
            public Uni<Void> resume() {
                return through(claims::resume);
            }

            @Override
            public Uni<Set<String>> renew(Map<String, Boolean> held) {
                return through(() -> claims.renew(held));
            }

            @Override
            public Uni<Void> forgetCold() {
                return through(claims::forgetCold);
            }

            @Override
            public Uni<Void> release(Set<String> held) {
                return through(() -> claims.release(held));
            }
        };
    }
}
