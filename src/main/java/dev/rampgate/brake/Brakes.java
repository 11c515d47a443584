package dev.rampgate.brake;

import dev.rampgate.brake.BrakeStore.TooManyException;
import dev.rampgate.database.Columns;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * The brakes as this replica read them last, and what operators do with them. A replica reads them when another one notifies it of a
 * change, and twice a second in any case. While the database is away, the state that was read last stays in force, also past an
 * expiry. A replica that has not read them since its start opens no session: a brake may be on.
 */
@ApplicationScoped
public class Brakes {

    private static final Logger LOG = Logger.getLogger(Brakes.class);

    /** A change is in force everywhere within a second, also without notifications. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** A database that does not answer must not keep the next round waiting. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    /** How long a session waits for the first reading of a replica that has just started. */
    private static final Duration FIRST_READ_LIMIT = Duration.ofSeconds(2);

    /** Bounds of {@code Retry-After}: a brake is often released before it expires, and clients must not come all at once. */
    private static final Duration SOONEST = Duration.ofSeconds(10);

    private static final Duration LATEST = Duration.ofMinutes(5);

    private final BrakeStore store;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Counter stoppedByAll;
    private final Counter stoppedByScope;
    private final Counter unread;
    private final CompletableFuture<Void> firstRead = new CompletableFuture<>();
    private long begun;
    private long applied;
    private volatile State state;

    /** What was read last. */
    private record State(List<Brake> active, Instant readAt) {}

    Brakes(BrakeStore store, EventLoop loop, InstantSource clock, RandomGenerator random, MeterRegistry meters) {
        this.store = store;
        this.clock = clock;
        this.ticker = new Ticker("brakes", loop, PAUSE, this::read, random);
        this.stoppedByAll = stopped("all", meters);
        this.stoppedByScope = stopped("scope", meters);
        this.unread = stopped("unread", meters);
        Gauge.builder("rampgate.session.brakes", this, Brakes::count)
                .description("Brakes that stop sessions, as this replica read them last")
                .register(meters);
        Gauge.builder("rampgate.session.brakes.age.seconds", this, Brakes::age)
                .description("How long the oldest brake has stopped sessions; 0 without one")
                .register(meters);
        Gauge.builder("rampgate.session.brakes.read.age.seconds", this, Brakes::readAge)
                .description("How long ago this replica read the brakes; 0 before the first time")
                .register(meters);
    }

    private static Counter stopped(String by, MeterRegistry meters) {
        return Counter.builder("rampgate.session.paused")
                .description("Requests for sessions that a brake stopped")
                .tag("by", by)
                .register(meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
    }

    // --- sessions

    /**
     * Completes if no brake stops such a session.
     *
     * @param type null if the request names none
     * @return fails with a {@link ProblemException}, 503, otherwise
     */
    public Uni<Void> pass(String type, String currency, String network) {
        return known().invoke(read -> {
                    List<Brake> stopping = read.active().stream()
                            .filter(brake -> brake.scope().stops(type, currency, network))
                            .toList();
                    if (!stopping.isEmpty()) {
                        throw paused(stopping);
                    }
                })
                .replaceWithVoid();
    }

    private Uni<State> known() {
        State read = state;
        if (read != null) {
            return Uni.createFrom().item(read);
        }
        Context context = Vertx.currentContext();
        Uni<State> first = Uni.createFrom()
                .completionStage(() -> firstRead.copy())
                .ifNoItem()
                .after(FIRST_READ_LIMIT)
                .fail()
                .map(done -> state)
                .onFailure()
                .transform(unknown -> {
                    unread.increment();
                    return new ProblemException(
                            Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(FIRST_READ_LIMIT));
                });
        return context == null ? first : first.emitOn(command -> context.runOnContext(here -> command.run()));
    }

    private ProblemException paused(List<Brake> stopping) {
        boolean all = stopping.stream().anyMatch(brake -> brake.scope().isAll());
        (all ? stoppedByAll : stoppedByScope).increment();
        Instant last = stopping.stream()
                .map(Brake::expiresAt)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        // The words are ours: what the operator wrote is not for users.
        return new ProblemException(Problem.of(
                        ProblemType.SESSIONS_PAUSED,
                        all
                                ? "New payments are paused for now. Please try again later. Payments that you have started"
                                        + " continue"
                                : "This kind of payment is paused for now. Another currency, network or direction may be"
                                        + " available. Payments that you have started continue")
                .withRetryAfter(bounded(Duration.between(clock.instant(), last))));
    }

    private static Duration bounded(Duration left) {
        return left.compareTo(SOONEST) < 0 ? SOONEST : left.compareTo(LATEST) > 0 ? LATEST : left;
    }

    // --- operators

    /** Brakes that are on, and those that expired within the last seven days. */
    public Uni<List<Brake>> all() {
        return store.all();
    }

    /**
     * Puts a brake on, or changes the one of this name, as {@link BrakeStore#put} says. It is in force here when this completes, and at
     * the other replicas within a second.
     *
     * @param together what is committed with it
     * @return as it is afterwards; fails with a {@link ProblemException}, 409, if too many are on
     */
    public Uni<Brake> put(
            String name,
            BrakeScope scope,
            String reason,
            String actor,
            Optional<Instant> expiresAt,
            Instant usually,
            TransactionStep together) {
        return store.put(name, scope, reason, actor, expiresAt, usually, together)
                .onFailure(TooManyException.class)
                .transform(tooMany -> new ProblemException(Problem.of(
                        ProblemType.CONFLICT, BrakeStore.MOST + " brakes are on; release one of them first")))
                .call(this::readAfterChange);
    }

    /**
     * Takes a brake off.
     *
     * @param together what is committed with it, if there is one
     * @return as it was; empty if no brake of this name is on
     */
    public Uni<Optional<Brake>> release(String name, TransactionStep together) {
        return store.release(name, together).call(this::readAfterChange);
    }

    /** The change is committed, whatever becomes of this reading; the next one follows soon. */
    private Uni<Void> readAfterChange() {
        return read().onFailure().recoverWithNull();
    }

    // --- reading

    /** Reads at once; safe from any thread. */
    void wake() {
        ticker.wake();
    }

    /** Whether the brakes were read since the start. */
    public boolean areKnown() {
        return state != null;
    }

    /** How many brakes are in force here. */
    public int count() {
        State read = state;
        return read == null ? 0 : read.active().size();
    }

    private double age() {
        State read = state;
        return read == null
                ? 0
                : read.active().stream()
                        .map(Brake::createdAt)
                        .min(Comparator.naturalOrder())
                        .map(this::secondsSince)
                        .orElse(0.0);
    }

    private double readAge() {
        State read = state;
        return read == null ? 0 : secondsSince(read.readAt());
    }

    private double secondsSince(Instant time) {
        return Math.max(0, Columns.seconds(Duration.between(time, clock.instant())));
    }

    private Uni<Void> read() {
        return Uni.createFrom().deferred(() -> {
            long number = next();
            return store.active()
                    .ifNoItem()
                    .after(ANSWER_LIMIT)
                    .failWith(() -> new IllegalStateException("the database did not answer in time"))
                    .invoke(active -> apply(number, active))
                    .replaceWithVoid();
        });
    }

    private synchronized long next() {
        return ++begun;
    }

    /** Two readings may overtake each other; the one that began last has seen more. */
    private synchronized void apply(long number, List<Brake> active) {
        if (number < applied) {
            return;
        }
        applied = number;
        List<Brake> before = state == null ? List.of() : state.active();
        state = new State(active, clock.instant());
        active.stream()
                .filter(brake -> !before.contains(brake))
                .forEach(brake -> LOG.warnf(
                        "Brake %s stops sessions (%s) here until %s, or until it is released",
                        brake.name(), brake.scope(), brake.expiresAt()));
        before.stream()
                .filter(brake -> active.stream().noneMatch(other -> other.name().equals(brake.name())))
                .forEach(brake ->
                        LOG.infof("Brake %s no longer stops sessions: it was released or has expired", brake.name()));
        firstRead.complete(null);
    }
}
