package dev.rampgate.channel.socket;

import dev.rampgate.channel.Observations;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.SteadyClock;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.ledger.Transition;
import dev.rampgate.proof.Backoff;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSockets;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.CommitListener;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.ThrottledLog;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Holds a socket to Proof for each transaction that changed lately: claim -> connect -> ask once -> offer each frame.
 * Sockets only make observations come sooner; polls find what they miss.
 */
@ApplicationScoped
public class SocketChannel implements CommitListener {

    private static final Logger LOG = Logger.getLogger(SocketChannel.class);

    /** Many sockets are opened one after the other, about this far apart: a replica may take over hundreds at once. */
    private static final Duration APART = Duration.ofMillis(20);

    /** Between two rounds, however many commits wake it. */
    private static final Duration REST = Duration.ofMillis(50);

    /** All replicas look for free sockets when a lease ends, each after a random delay of up to this. */
    private static final Duration AFTER_LEASE = Duration.ofMillis(100);

    private final SocketClaims claims;
    private final LedgerStore store;
    private final SocketSettings settings;
    private final AttachedSocket.Environment environment;
    private final EventLoop loop;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counter refusedAlarm;
    private final Ticker ticker;
    /** Changed on the event loop only; read by metrics too. */
    private final Map<String, AttachedSocket> attached = new ConcurrentHashMap<>();
    /** What the database knows of the health of those that this replica holds. Changed on the event loop only, as is the next one. */
    private final Map<String, Boolean> stored = new HashMap<>();

    private Instant renewedAt = Instant.EPOCH;
    /** Transactions that may have changed while they had no socket. */
    private final Set<String> missed = ConcurrentHashMap.newKeySet();
    /** Whether Proof refuses us, as far as this replica knows. Changed on the event loop only. */
    private boolean refused;
    /** Statements in flight that give sockets back during the shutdown. */
    private final AtomicInteger givingBack = new AtomicInteger();

    private volatile boolean stopping;

    public SocketChannel(
            SocketClaims claims,
            LedgerStore store,
            ProofSockets proof,
            Observations observations,
            ReconcileStream stream,
            SocketSettings settings,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            Traces traces,
            MeterRegistry meters) {
        this.claims = claims;
        this.store = store;
        this.settings = settings;
        this.clock = new SteadyClock(clock);
        this.random = random;
        this.refusedAlarm = Alarms.of("sockets_refused", meters);
        this.loop = loop;
        this.ticker = new Ticker("socket", loop, settings.interval(), REST, this::round, random);
        Backoff backoff = new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(30), random);
        this.environment = new AttachedSocket.Environment(
                proof,
                observations,
                stream,
                backoff,
                settings,
                loop,
                clock,
                traces,
                meters,
                new ThrottledLog(LOG, clock),
                this::mayHaveMissed,
                this::taken,
                this::barred);
        Gauge.builder("rampgate.sockets", attached, Map::size)
                .tag("state", "attached")
                .description("Transactions whose socket this replica holds")
                .register(meters);
        Gauge.builder("rampgate.sockets", this, SocketChannel::healthy)
                .tag("state", "healthy")
                .description("Of these, those that are connected")
                .register(meters);
        Gauge.builder("rampgate.sockets.limit", settings, SocketSettings::maxConnections)
                .description("Most sockets of this replica")
                .register(meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        start();
    }

    /** Starts to hold sockets, if the settings allow any. */
    public void start() {
        if (settings.maxConnections() > 0) {
            ticker.start();
        }
    }

    /** Claims nothing more, closes all sockets and gives them back, for another replica to take. */
    public void stop() {
        stopping = true;
        ticker.stop();
        loop.execute(() -> giveBack(Set.copyOf(attached.keySet())));
    }

    /** Whether it was stopped and holds no socket any more. */
    public boolean isStopped() {
        return stopping && ticker.isStopped() && attached.isEmpty() && givingBack.get() == 0;
    }

    /** If the database does not answer, the leases run out. */
    private void giveBack(Set<String> held) {
        if (held.isEmpty()) {
            return;
        }
        givingBack.incrementAndGet();
        detach(held);
        claims.release(held)
                .onTermination()
                .invoke(givingBack::decrementAndGet)
                .subscribe()
                .with(done -> {}, away -> LOG.debugf("sockets could not be given back: %s", away));
    }

    /** This replica sees its own sessions first, and so it will mostly hold their sockets. */
    @Override
    public void committed(BatchChanges changes) {
        List<Transition> transitions = changes.transitions();
        if (!transitions.isEmpty()) {
            loop.execute(() -> transitions.stream()
                    .filter(transition -> transition.status().isTerminal())
                    .map(Transition::transactionId)
                    .forEach(id -> detach(Set.of(id))));
            ticker.wake();
        }
    }

    private Uni<Void> round() {
        return giveWayIfRefused()
                .chain(this::renew)
                .chain(this::claim)
                .chain(this::lookWhenNextLeaseEnds)
                .chain(this::askForMissed)
                .chain(claims::forgetCold);
    }

    /** Gives back sockets that wait while Proof refuses us, so that one replica can try for all. */
    private Uni<Void> giveWayIfRefused() {
        return claims.areRefused().emitOn(loop).chain(known -> {
            refused = known;
            Set<String> waiting = refused ? waiting() : Set.of();
            detach(waiting);
            return waiting.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : claims.release(waiting).emitOn(loop);
        });
    }

    private Set<String> waiting() {
        return attached.entrySet().stream()
                .filter(one -> one.getValue().isWaiting())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void barred(ProofFailure failure) {
        claims.refuse()
                .invoke(first -> alarmRefused(first, failure))
                .subscribe()
                .with(
                        done -> ticker.wake(),
                        away -> LOG.debugf("sockets are refused, and the database does not answer: %s", away));
    }

    private void alarmRefused(boolean first, ProofFailure failure) {
        if (first) {
            refusedAlarm.increment();
            LOG.errorf(
                    "Proof refuses sockets (%s): all replicas stop and try one every %d s. Check our client token, and our"
                            + " outgoing address with Proof",
                    failure.kind().wireName(), settings.refusedPause().toSeconds());
        }
    }

    private void taken() {
        if (refused) {
            refused = false;
            resume();
        }
    }

    private void resume() {
        claims.resume()
                .subscribe()
                .with(
                        done -> {
                            LOG.info("Proof accepts sockets again");
                            ticker.wake();
                        },
                        away -> LOG.debugf("sockets are accepted again, but the database does not answer: %s", away));
    }

    /** All once in an interval, since each commit wakes a round; between these only those whose health has changed. */
    private Uni<Void> renew() {
        Instant now = clock.instant();
        boolean all = !now.isBefore(renewedAt.plus(settings.interval().dividedBy(2)));
        Map<String, Boolean> due = new HashMap<>();
        attached.forEach((id, socket) -> {
            if (all || socket.isHealthy() != stored.get(id)) {
                due.put(id, socket.isHealthy());
            }
        });
        if (all) {
            renewedAt = now;
        }
        return due.isEmpty()
                ? Uni.createFrom().voidItem()
                : claims.renew(due)
                        .emitOn(loop)
                        .invoke(kept -> {
                            due.forEach((id, healthy) -> stored.replace(id, healthy));
                            detach(lost(due.keySet(), kept));
                        })
                        .onFailure()
                        .invoke(() -> renewedAt = Instant.EPOCH)
                        .replaceWithVoid();
    }

    private static Set<String> lost(Set<String> held, Set<String> kept) {
        Set<String> lost = new HashSet<>(held);
        lost.removeAll(kept);
        return lost;
    }

    private Uni<Void> claim() {
        int free = settings.maxConnections() - attached.size();
        return free <= 0 || stopping
                ? Uni.createFrom().voidItem()
                : claims.claim(free).emitOn(loop).invoke(this::attach).replaceWithVoid();
    }

    /**
     * A live replica renews its leases long before they end. A lease that ends before the next round is therefore a dead
     * replica's, and its sockets are free when it ends.
     */
    private Uni<Void> lookWhenNextLeaseEnds() {
        return claims.untilNextLeaseEnds()
                .invoke(ends -> ends.filter(left -> left.compareTo(settings.interval()) < 0)
                        .ifPresent(left -> loop.schedule(left.plus(randomAfterLease()), ticker::wake)))
                .replaceWithVoid();
    }

    private Duration randomAfterLease() {
        return Duration.ofMillis(1 + random.nextInt((int) AFTER_LEASE.toMillis()));
    }

    /** Proof sends only changes over a socket, so what happened before it opened has to be polled. */
    private Uni<Void> askForMissed() {
        Set<String> due = Set.copyOf(missed);
        if (due.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        // Removed before the statement: a transaction that misses something meanwhile needs another one.
        missed.removeAll(due);
        return store.makeDue(due, Duration.ZERO).onFailure().invoke(() -> missed.addAll(due));
    }

    private void mayHaveMissed(String transactionId) {
        missed.add(transactionId);
        ticker.wake();
    }

    private void attach(Set<String> ids) {
        if (stopping) {
            giveBack(ids);
            return;
        }
        if (ids.stream().anyMatch(attached::containsKey)) {
            // Our own lease had ended. The claim forgets the health of such a connection, so it is renewed in another
            // round.
            ids.forEach(id -> stored.replace(id, false));
            ticker.wake();
        }
        ids.stream().filter(id -> !attached.containsKey(id)).forEach(id -> {
            AttachedSocket socket = new AttachedSocket(id, environment);
            attached.put(id, socket);
            stored.put(id, false);
            socket.connectAfter(APART.multipliedBy(random.nextInt(ids.size())));
        });
    }

    private void detach(Set<String> ids) {
        stored.keySet().removeAll(ids);
        ids.stream().map(attached::remove).filter(socket -> socket != null).forEach(AttachedSocket::close);
    }

    private long healthy() {
        return attached.values().stream().filter(AttachedSocket::isHealthy).count();
    }
}
