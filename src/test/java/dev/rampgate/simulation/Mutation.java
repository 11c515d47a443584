package dev.rampgate.simulation;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Decision;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionRecord;
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
    NO_CALL_AFTER_CONNECT;

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
        public Decision decide(Optional<TransactionRecord> known, Observation news, Instant now) {
            boolean stale = news.channel() == Channel.POLL
                    && news.changedAt() != null
                    && known.map(record -> record.standing().asOf())
                            .filter(asOf -> asOf.isAfter(news.changedAt()))
                            .isPresent();
            return super.decide(
                    known, stale ? changedAt(news, known.get().standing().asOf()) : news, now);
        }

        private static Observation changedAt(Observation news, Instant asOf) {
            return new Observation(
                    news.id(),
                    news.channel(),
                    news.authoritative(),
                    news.transactionId(),
                    news.status(),
                    asOf.plusMillis(1),
                    news.askedAt(),
                    news.receivedAt(),
                    news.details(),
                    news.raw());
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
