package dev.rampgate.simulation;

import dev.rampgate.channel.Observations;
import dev.rampgate.channel.poll.PollChannel;
import dev.rampgate.channel.socket.SocketChannel;
import dev.rampgate.channel.webhook.WebhookIntake;
import dev.rampgate.channel.webhook.WebhookSettings.Trust;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.outbox.Sequencer;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.CommitListener;
import dev.rampgate.reconcile.CommitListeners;
import dev.rampgate.reconcile.DatabaseAvailability;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ObservationIds;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.reconcile.StreamMetrics;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One process of the service from its start to its death: the real stream and channels in a simulated world. */
final class SimulatedReplica {

    private final VirtualLoop loop;
    private final DatabaseLink link;
    private final ReconcileStream stream;
    private final Backlog backlog;
    private final WebhookIntake intake;
    private final Observations observations;
    private final ObservationIds ids;
    private final VirtualTime time;
    private final boolean trusting;

    SimulatedReplica(
            World.Plan plan,
            VirtualTime time,
            RandomGenerator random,
            Database database,
            SimulatedProof proof,
            Weather weather,
            World.Watch watch) {
        this.time = time;
        this.trusting = plan.webhooks().trust() == Trust.AUTHORITATIVE;
        loop = new VirtualLoop(time);
        link = new DatabaseLink(loop, weather, watch::written);
        UUID name = new UUID(random.nextLong(), random.nextLong());
        MeterRegistry meters = new CompositeMeterRegistry();
        LedgerStore store = link.store(database.store());
        List<CommitListener> listeners = new ArrayList<>();
        listeners.add(watch::committed);
        DatabaseAvailability availability = new DatabaseAvailability(
                () -> store.inTransaction(unit -> unit.load(Set.of(), time.instant()))
                        .replaceWithVoid(),
                loop,
                meters);
        stream = new ReconcileStream(
                store,
                plan.mutation().rules(plan.polling().lagTolerance()),
                plan.reconciling(),
                () -> loop,
                time,
                random,
                new StreamMetrics(meters),
                availability,
                new CommitListeners(listeners, time, meters),
                Traces.off());
        backlog = new Backlog(stream, store, plan.reconciling(), loop, random, meters);
        ids = new ObservationIds(random);
        observations = new Observations(time, ids, meters);
        intake = new WebhookIntake(stream, backlog, plan.webhooks(), loop, time);
        PollChannel polls = new PollChannel(
                link.polls(database.polls(name)),
                proof.transactions(loop),
                observations,
                stream,
                plan.polling(),
                loop,
                time,
                random,
                Traces.off(),
                meters);
        SocketChannel sockets = new SocketChannel(
                link.sockets(database.sockets(name)),
                plan.mutation().storeOfSockets(store),
                proof.sockets(loop),
                observations,
                stream,
                plan.socketing(),
                loop,
                time,
                random,
                Traces.off(),
                meters);
        listeners.add(polls);
        listeners.add(sockets);
        database.events().ifPresent(events -> {
            Sequencer sequencer = events.sequencer(loop, time, random, link::through);
            listeners.add(changes -> {
                if (!changes.events().isEmpty()) {
                    sequencer.wake();
                }
            });
        });
        backlog.start();
        polls.start();
        sockets.start();
    }

    boolean isAlive() {
        return !loop.isDead();
    }

    /** As by {@code kill -9}: what was not committed is gone. */
    void kill() {
        loop.kill();
        link.cut();
    }

    boolean isHoldingBack() {
        return backlog.isHolding();
    }

    /** A session was opened here: stored, or kept while that is impossible. */
    void opened(String transactionId) {
        loop.execute(() -> {
            Observation session = session(transactionId);
            stream.offer(session).subscribe().with(stored -> {}, notStored -> backlog.keep(session));
        });
    }

    private Observation session(String transactionId) {
        return new Observation(
                ids.next(time.instant()),
                Channel.SESSION,
                true,
                transactionId,
                Status.PENDING.wireName(),
                null,
                null,
                time.instant(),
                TransactionDetails.of("buy", "USDC", "ERC20")
                        .withUser("cust-8841")
                        .withRequestedAmount("1")
                        .withFiat("EUR", null)
                        .with(own(transactionId), "0x" + transactionId),
                false,
                null);
    }

    /** What the company calls a session: some have a reference, some metadata, some both, some neither. */
    static OwnReference own(String transactionId) {
        int kind = Math.floorMod(transactionId.hashCode(), 4);
        Map<String, String> metadata = kind < 2 ? Map.of("cart", "cart of " + transactionId) : Map.of();
        return kind % 2 == 0
                ? new OwnReference("order of " + transactionId, OwnReference.Source.CALLER, metadata)
                : new OwnReference(null, null, metadata);
    }

    /** A webhook came. @param acknowledged told if it was answered 2xx */
    void reported(StatusReport report, boolean forged, Consumer<Observation> acknowledged) {
        loop.execute(() -> {
            Observation webhook = observations.reported(report, trusting && !forged);
            intake.take(webhook).subscribe().with(taken -> acknowledged.accept(webhook), refused -> {});
        });
    }
}
