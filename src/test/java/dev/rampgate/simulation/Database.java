package dev.rampgate.simulation;

import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.Transition;
import dev.rampgate.outbox.MemoryEvents;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.reconcile.LedgerStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The database of a simulated world: what the replicas use of it, and what can be read of it from outside. */
interface Database extends AutoCloseable {

    /**
     * What is committed of one transaction.
     *
     * @param timeline its transitions, oldest first
     * @param archive ids of its archived observations
     */
    record Committed(LedgerState state, TransactionDetails details, List<Transition> timeline, Set<UUID> archive) {}

    LedgerStore store();

    PollQueue polls(UUID replica);

    SocketClaims sockets(UUID replica);

    /** What is committed of a transaction; none if it is unknown. */
    Optional<Committed> row(String id);

    /** The events beside the rows; none where only the rows are simulated. */
    default Optional<MemoryEvents> events() {
        return Optional.empty();
    }

    /** O1 of one transaction, where there are events. */
    default void checkEvents(String id) {}

    @Override
    void close();
}
