package dev.rampgate.sandbox;

import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.http.Allowlist;
import dev.rampgate.sandbox.http.ClientTokens;
import dev.rampgate.sandbox.http.EventReceiver;
import dev.rampgate.sandbox.http.Journal;
import dev.rampgate.sandbox.http.ProofHost;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.sandbox.http.TransactionSockets;
import dev.rampgate.sandbox.http.Webhooks;
import dev.rampgate.sandbox.scenario.ScenarioPlayer;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.KycStatuses;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.sandbox.transaction.TransactionBook;
import dev.rampgate.sandbox.transaction.TransactionLife;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A simulated Proof On/Off Ramp: a server on its own port that implements the partner API's contract, and misbehaves on demand.
 * Tests, a {@code main} and the sandbox start it. Its methods are thread-safe. A change is visible to calls as soon as the
 * method returns; sockets and webhooks follow.
 */
public final class ProofSimulator implements AutoCloseable {

    private static final int WAIT_LIMIT_SECONDS = 15;

    private final SimulatorSettings settings;
    private final Vertx vertx;
    private final ProofClock clock;
    private final TransactionBook book;
    private final TransactionLife life;
    private final Faults faults;
    private final ScenarioPlayer player;
    private final ProofHost host;

    /** Nothing listens before {@link #start()}. */
    public ProofSimulator(SimulatorSettings settings) {
        this.settings = settings;
        // Nothing is served from files, so Vert.x needs no cache directory.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        this.clock = new ProofClock(settings.clock(), settings.timePrecision());
        this.book = new TransactionBook(clock, settings.random(), settings.idShape(), settings.transactionLimit());
        this.life = new TransactionLife(
                book,
                (delay, task) -> vertx.setTimer(Math.max(1, delay.toMillis()), fired -> task.run()),
                settings.random(),
                settings.depositWindow(),
                settings.lifeMode(),
                settings.delayFactor());
        this.faults = new Faults(settings.random());
        this.player = new ScenarioPlayer(settings.scenarios(), faults, life, clock);
        this.host = new ProofHost(vertx, settings, clock, book, life, faults, player);
    }

    /** Starts listening; fails if the port is in use. */
    public CompletionStage<ProofSimulator> start() {
        return host.listen().map(this).toCompletionStage();
    }

    /** Releases all resources, and closes its connections. */
    public CompletionStage<Void> stop() {
        return vertx.close().toCompletionStage();
    }

    /**
     * Starts a simulator and waits until it listens. For tests and {@code main}; never call it on an event loop.
     *
     * @throws IllegalStateException if it cannot start
     */
    public static ProofSimulator started(SimulatorSettings settings) {
        ProofSimulator simulator = new ProofSimulator(settings);
        try {
            return waitFor(simulator.start());
        } catch (IllegalStateException e) {
            simulator.stop();
            throw e;
        }
    }

    /** As {@link #stop()}, waiting for its end; never call it on an event loop. */
    @Override
    public void close() {
        waitFor(stop());
    }

    public int port() {
        return host.port();
    }

    /** What a partner configures as Proof's base URL, without a slash at the end. */
    public String baseUrl() {
        return "http://" + settings.host() + ":" + port();
    }

    /** The bearer token it started with. */
    public String clientToken() {
        return settings.clientToken();
    }

    /** The truth about every transaction. */
    public TransactionBook transactions() {
        return book;
    }

    /** Opens a transaction without a session call, as if another program of the partner had done it. */
    public ProofTransaction open(SessionOrder order) {
        return host.open(Optional.empty(), order);
    }

    /** As {@link #open(SessionOrder)}, under an id of the caller's choice. */
    public ProofTransaction open(String id, SessionOrder order) {
        return host.open(Optional.of(id), order);
    }

    /**
     * Applies an action to a transaction, and notifies sockets and webhooks.
     *
     * @throws dev.rampgate.sandbox.transaction.UnknownTransaction if it does not exist
     * @throws dev.rampgate.sandbox.transaction.ActionRefused if it does not fit its type or status
     */
    public ProofTransaction drive(String transactionId, Action action) {
        return book.apply(transactionId, action);
    }

    /** Plays scenarios. */
    public ScenarioPlayer scenarioPlayer() {
        return player;
    }

    /** The active faults. */
    public Faults faults() {
        return faults;
    }

    /** The received calls, including refused ones. */
    public Journal<ReceivedCall> calls() {
        return host.calls();
    }

    public TransactionSockets sockets() {
        return host.sockets();
    }

    public Webhooks webhooks() {
        return host.webhooks();
    }

    /** Proof's clock, which {@link ProofClock#skew(java.time.Duration)} can shift. */
    public ProofClock clock() {
        return clock;
    }

    /** The addresses and origins from which the partner may call. */
    public Allowlist allowlist() {
        return host.allowlist();
    }

    /**
     * The receiver of events, which is the company's and not Proof's: it is here so that the sandbox needs one port.
     *
     * @throws java.util.NoSuchElementException if the settings have no secret for it
     */
    public EventReceiver receiver() {
        return host.receiver().orElseThrow();
    }

    /** The users' identity checks. */
    public KycStatuses kyc() {
        return host.kyc();
    }

    public TransactionLife life() {
        return life;
    }

    /** The partner's bearer tokens, to rotate them. */
    public ClientTokens tokens() {
        return host.tokens();
    }

    private static <T> T waitFor(CompletionStage<T> player) {
        try {
            return player.toCompletableFuture()
                    .orTimeout(WAIT_LIMIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() instanceof TimeoutException ? e : e.getCause();
            throw new IllegalStateException("the simulator of Proof: " + cause.getMessage(), cause);
        }
    }
}
