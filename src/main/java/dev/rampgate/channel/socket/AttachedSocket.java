package dev.rampgate.channel.socket;

import dev.rampgate.channel.Observations;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Observation;
import dev.rampgate.proof.Backoff;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSocketConnection;
import dev.rampgate.proof.ProofSockets;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.telemetry.ThrottledLog;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * The socket of one transaction, connected again and again until it is closed. Confined to the event loop of its
 * environment, but for {@link #isHealthy()}.
 */
final class AttachedSocket implements ProofSockets.Listener {

    /**
     * What all sockets of a replica share.
     *
     * @param mayHaveMissed called with a transaction that may have changed without this socket
     * @param taken called when Proof has accepted a socket
     * @param barred called when Proof refuses our token or address at the upgrade; no replica tries again before the pause ends
     */
    record Environment(
            ProofSockets proof,
            Observations observations,
            ReconcileStream stream,
            Backoff backoff,
            SocketSettings settings,
            EventLoop loop,
            InstantSource clock,
            Traces traces,
            MeterRegistry meters,
            ThrottledLog warnings,
            Consumer<String> mayHaveMissed,
            Runnable taken,
            Consumer<ProofFailure> barred) {}

    private final String transactionId;
    private final Environment environment;
    private ProofSocketConnection connection;
    private Instant connectedAt;
    private int failures;
    private boolean waiting;
    private boolean closed;
    private volatile boolean healthy;

    AttachedSocket(String transactionId, Environment environment) {
        this.transactionId = transactionId;
        this.environment = environment;
    }

    /** Whether it is connected now. */
    boolean isHealthy() {
        return healthy;
    }

    /** Whether it waits to be connected. */
    boolean isWaiting() {
        return waiting;
    }

    /** Connects after a while. */
    void connectAfter(Duration delay) {
        if (!closed) {
            waiting = true;
            environment.loop().schedule(delay, this::connect);
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        waiting = false;
        environment
                .proof()
                .connect(transactionId, this)
                .emitOn(environment.loop())
                .subscribe()
                .with(this::connected, this::refused);
    }

    void close() {
        closed = true;
        healthy = false;
        if (connection != null) {
            connection.close();
        }
    }

    private void connected(ProofSocketConnection opened) {
        count("connected");
        if (closed) {
            opened.close();
            return;
        }
        connection = opened;
        connectedAt = environment.clock().instant();
        healthy = true;
        environment.taken().run();
        environment.mayHaveMissed().accept(transactionId);
    }

    private void refused(Throwable failure) {
        ProofFailure.Kind kind = failure instanceof ProofFailure known ? known.kind() : ProofFailure.Kind.UNREACHABLE;
        count(kind.wireName());
        failures++;
        connectAfter(environment.backoff().delay(failures));
        if (kind.isRefusal()) {
            environment.barred().accept((ProofFailure) failure);
        }
    }

    @Override
    public void onReport(StatusReport report) {
        Observation observation = environment.observations().pushed(report);
        environment.traces().broughtByFrame(observation);
        environment.stream().offer(observation).subscribe().with(outcome -> {}, notStored -> environment
                .mayHaveMissed()
                .accept(transactionId));
    }

    @Override
    public void onProtocolError(String reason) {
        environment.warnings().warn("Socket of transaction %s: a frame was ignored: %s", transactionId, reason);
    }

    @Override
    public void onClosed() {
        environment.loop().execute(this::lost);
    }

    private void lost() {
        count("closed");
        connection = null;
        healthy = false;
        boolean lasted = connectedAt != null
                && !environment
                        .clock()
                        .instant()
                        .isBefore(connectedAt.plus(environment.settings().healthyAfter()));
        failures = lasted ? 1 : failures + 1;
        connectAfter(environment.backoff().delay(failures));
    }

    private void count(String event) {
        environment.meters().counter("rampgate.socket.events", "event", event).increment();
    }
}
