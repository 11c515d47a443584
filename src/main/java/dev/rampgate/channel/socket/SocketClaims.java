package dev.rampgate.channel.socket;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which replica holds the socket of which transaction, for the time of a lease. */
public interface SocketClaims {

    /**
     * Claims hot transactions that no replica holds, the freshest first. While Proof refuses us, all replicas together get one
     * per pause.
     */
    Uni<Set<String>> claim(int limit);

    /** How long until the next lease of any replica ends; none if nothing is held. */
    Uni<Optional<Duration>> untilNextLeaseEnds();

    /** Whether Proof refuses the sockets of all replicas. */
    Uni<Boolean> areRefused();

    /**
     * Proof refuses our token or address: stops the sockets of all replicas but one per pause.
     *
     * @return whether Proof accepted sockets until now
     */
    Uni<Boolean> refuse();

    /** Proof takes our sockets again. */
    Uni<Void> resume();

    /**
     * Renews what this replica holds. What another transaction of the database has locked keeps the lease that it has.
     *
     * @param held whether the connection of each transaction is healthy now
     * @return those that are still ours and still hot
     */
    Uni<Set<String>> renew(Map<String, Boolean> held);

    /** Forgets transactions that are no longer hot, but for those that the database has locked. */
    Uni<Void> forgetCold();

    /** Gives everything back, for another replica to take at once; what the database keeps locked meanwhile, when its lease ends. */
    Uni<Void> release(Set<String> held);
}
