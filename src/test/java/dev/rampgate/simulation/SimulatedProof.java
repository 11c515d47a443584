package dev.rampgate.simulation;

import dev.rampgate.ledger.ProofHistory;
import dev.rampgate.ledger.ProofHistory.Step;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSocketConnection;
import dev.rampgate.proof.ProofSockets;
import dev.rampgate.proof.ProofTransactions;
import dev.rampgate.proof.StatusReport;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Proof as its contract describes it, and as unreliable as it may be by that. */
final class SimulatedProof {

    /** How long after silence a process takes a socket for dead. */
    private static final Duration READ_IDLE = Duration.ofSeconds(60);

    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(20);

    /** A call that left a process. */
    record Call(String id, Instant at) {}

    /** A socket that was opened, as its process learned of it. */
    record Opened(Socket socket, Instant at) {}

    private final VirtualTime time;
    private final RandomGenerator random;
    private final Weather weather;
    private final UnaryOperator<Instant> told;
    private final Map<String, ProofHistory> histories = new LinkedHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Opened> opened = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    /** @param told the time that is told of a change; may be none */
    SimulatedProof(VirtualTime time, RandomGenerator random, Weather weather, UnaryOperator<Instant> told) {
        this.time = time;
        this.random = random;
        this.weather = weather;
        this.told = told;
    }

    void add(String id, ProofHistory history) {
        histories.put(id, history);
    }

    Map<String, ProofHistory> histories() {
        return histories;
    }

    List<Call> calls() {
        return calls;
    }

    List<Opened> opened() {
        return opened;
    }

    /** What a channel tells of a step. */
    StatusReport report(String id, Step step) {
        return new StatusReport(
                id,
                step.status().wireName(),
                told.apply(step.updatedAt()),
                histories.get(id).steps().get(0).updatedAt(),
                "cust-8841",
                "buy",
                "USDC",
                "ERC20",
                step.amount(),
                "EUR",
                step.amount(),
                null,
                Set.of(),
                null);
    }

    /** Tells a change over the transaction's sockets. */
    void push(String id, Step step) {
        sockets.stream().filter(socket -> socket.id.equals(id)).forEach(socket -> socket.push(step));
    }

    void cutSockets() {
        List.copyOf(sockets).forEach(Socket::cut);
    }

    /** The calls of one process. */
    ProofTransactions transactions(VirtualLoop loop) {
        return id -> Uni.createFrom().emitter(emitter -> {
            calls.add(new Call(id, time.instant()));
            Optional<ProofFailure.Kind> failure = weather.proofFailure();
            boolean silent = failure.filter(ProofFailure.Kind.TIMEOUT::equals).isPresent();
            Duration delay = silent ? weather.proofTimeout() : weather.proofDelay();
            // The state is that of the moment when the call arrives; the answer takes as long again.
            time.after(delay.dividedBy(2), () -> {
                Optional<StatusReport> answer = answer(id);
                loop.schedule(
                        delay.dividedBy(2),
                        () -> failure.ifPresentOrElse(kind -> emitter.fail(failed(kind)), () -> give(answer, emitter)));
            });
        });
    }

    private static void give(Optional<StatusReport> answer, UniEmitter<? super StatusReport> emitter) {
        answer.ifPresentOrElse(
                emitter::complete,
                () -> emitter.fail(
                        ProofFailure.answered(ProofFailure.Kind.NOT_FOUND, 404, "not_found", "not_found", null, null)));
    }

    private Optional<StatusReport> answer(String id) {
        Instant seen = time.instant().minus(weather.proofLag());
        return Optional.ofNullable(histories.get(id))
                .filter(history -> !history.steps().get(0).at().isAfter(time.instant()))
                .map(history -> report(id, history.stateAt(seen)));
    }

    private ProofFailure failed(ProofFailure.Kind kind) {
        if (kind == ProofFailure.Kind.TIMEOUT) {
            return ProofFailure.unanswered(kind, new IOException("simulated"));
        }
        Duration retryAfter = kind == ProofFailure.Kind.RATE_LIMITED
                ? Duration.ofSeconds(random.nextLong(LONGEST_RETRY_AFTER.toSeconds()))
                : null;
        return ProofFailure.answered(kind, 500, null, null, null, retryAfter);
    }

    /** The sockets of one process. */
    ProofSockets sockets(VirtualLoop loop) {
        return (id, listener) -> Uni.createFrom()
                .emitter(emitter -> time.after(weather.proofDelay(), () -> {
                    Optional<ProofFailure.Kind> failure = weather.proofFailure();
                    if (failure.isPresent()) {
                        loop.execute(() -> emitter.fail(failed(failure.get())));
                        return;
                    }
                    Socket socket = new Socket(id, listener, loop);
                    sockets.add(socket);
                    loop.execute(() -> {
                        opened.add(new Opened(socket, time.instant()));
                        emitter.complete(socket);
                    });
                    if (weather.cutsSocket()) {
                        time.after(
                                Duration.ofMillis(random.nextLong(30_000)),
                                random.nextBoolean() ? socket::cut : socket::die);
                    }
                }));
    }

    /** A socket; what is sent over it arrives in order, or not at all. */
    final class Socket implements ProofSocketConnection {
        private final String id;
        private final ProofSockets.Listener listener;
        private final VirtualLoop loop;
        private boolean open = true;
        private boolean silent;
        private Instant lastArrival;

        Socket(String id, ProofSockets.Listener listener, VirtualLoop loop) {
            this.id = id;
            this.listener = listener;
            this.loop = loop;
            this.lastArrival = time.instant();
        }

        private void push(Step step) {
            if (!open || silent || weather.losesNews()) {
                return;
            }
            Instant arrival = time.instant().plus(weather.newsDelay());
            lastArrival = arrival.isAfter(lastArrival) ? arrival : lastArrival;
            StatusReport report = report(id, step);
            loop.schedule(Duration.between(time.instant(), lastArrival), () -> {
                if (open) {
                    listener.onReport(report);
                }
            });
        }

        /** Half-open: nothing comes any more, and after a while our side notices. */
        private void die() {
            silent = true;
            time.after(READ_IDLE, this::cut);
        }

        private void cut() {
            if (open) {
                open = false;
                sockets.remove(this);
                loop.execute(listener::onClosed);
            }
        }

        @Override
        public String transactionId() {
            return id;
        }

        @Override
        public boolean isOpen() {
            return open && !loop.isDead();
        }

        @Override
        public void close() {
            cut();
        }
    }
}
