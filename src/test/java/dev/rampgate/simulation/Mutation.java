package dev.rampgate.simulation;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Decision;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.outbox.MemoryEvents;
import dev.rampgate.reconcile.LedgerStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/** A rule that is broken on purpose, to see that the simulation finds it. */
enum Mutation {
    /** The service as it is. */
    NONE,
    /** A poll that was answered from an old copy counts as the newest word (breaks rule 2). */
    STALE_POLLS_ACCEPTED,
    /** The database locks no rows and has no unique key (breaks I3). */
    NO_UNIQUE_KEY,
    /** After a socket was connected, nobody asks what was missed (breaks section 4 of the design). */
    NO_CALL_AFTER_CONNECT,
    /** Events are written after the commit of their batch (breaks O1). */
    EVENTS_OUTSIDE_THE_BATCH,
    /** An event's place is the number of its insertion, and batches commit in another order (breaks O5). */
    PLACES_BEFORE_THE_COMMIT,
    /** Events are placed by the time of their decision (breaks O5). */
    PLACES_BY_TIME,
    /** Two replicas give places at the same time (breaks O5). */
    PLACES_WITHOUT_LOCK;

    MemoryEvents.Bug ofEvents() {
        return switch (this) {
            case PLACES_BEFORE_THE_COMMIT -> MemoryEvents.Bug.PLACES_BEFORE_THE_COMMIT;
            case PLACES_BY_TIME -> MemoryEvents.Bug.PLACES_BY_TIME;
            case PLACES_WITHOUT_LOCK -> MemoryEvents.Bug.PLACES_WITHOUT_LOCK;
            case NONE, STALE_POLLS_ACCEPTED, NO_UNIQUE_KEY, NO_CALL_AFTER_CONNECT, EVENTS_OUTSIDE_THE_BATCH ->
                MemoryEvents.Bug.NONE;
        };
    }

    LedgerRules rules(Duration lagTolerance) {
        return this == STALE_POLLS_ACCEPTED ? new CredulousRules(lagTolerance) : new LedgerRules(lagTolerance);
    }

    LedgerStore storeOfSockets(LedgerStore store) {
        return this == NO_CALL_AFTER_CONNECT ? new ForgetfulStore(store) : store;
    }

    private static final class CredulousRules extends LedgerRules {

        CredulousRules(Duration lagTolerance) {
            super(lagTolerance);
        }

        @Override
        public Decision decide(Optional<TransactionRecord> known, Observation observation, Instant now) {
            boolean stale = observation.channel() == Channel.POLL
                    && observation.changedAt() != null
                    && known.map(record -> record.state().asOf())
                            .filter(asOf -> asOf.isAfter(observation.changedAt()))
                            .isPresent();
            return super.decide(
                    known, stale ? changedAt(observation, known.get().state().asOf()) : observation, now);
        }

        private static Observation changedAt(Observation observation, Instant asOf) {
            return new Observation(
                    observation.id(),
                    observation.channel(),
                    observation.authoritative(),
                    observation.transactionId(),
                    observation.status(),
                    asOf.plusMillis(1),
                    observation.askedAt(),
                    observation.receivedAt(),
                    observation.details(),
                    false,
                    observation.raw());
        }
    }

    private record ForgetfulStore(LedgerStore store) implements LedgerStore {

        @Override
        public <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work) {
            return store.inTransaction(work);
        }

        @Override
        public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
            return Uni.createFrom().voidItem();
        }
    }
}
