package dev.rampgate.reconcile;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.LogContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Keeps observations in memory while the database is away, if they cannot be asked for again: sessions and webhooks. Up to one
 * bound it keeps the whole observation, up to another only the transaction's id; then it refuses. It offers what it keeps to the
 * stream again until that is stored.
 */
@ApplicationScoped
public class Backlog {

    /** What could be kept. */
    public enum Kept {
        /** The whole observation. */
        WHOLE,
        /** Only its transaction's id, which will be polled. */
        ID,
        /** Nothing: both buffers are full. */
        NOTHING
    }

    private static final Logger LOG = Logger.getLogger(Backlog.class);
    /** Raw texts beyond this many characters in all are left out, so that memory stays bounded. */
    private static final int MAX_RAW_CHARACTERS = 16 * 1024 * 1024;

    /** The log names so many of the observations that are lost between two rounds, and counts the rest. */
    private static final int NAMED = 100;

    /** Polls after an outage are spread over this long. */
    private static final Duration SPREAD = Duration.ofSeconds(10);

    private final ReconcileStream stream;
    private final LedgerStore store;
    private final ReconcileSettings settings;
    private final MeterRegistry meters;
    private final Ticker ticker;
    private final Map<UUID, Observation> sessions = new LinkedHashMap<>();
    private final Map<UUID, Observation> webhooks = new LinkedHashMap<>();
    private final Set<String> ids = new LinkedHashSet<>();
    private int rawCharacters;
    /** Observations lost since the last round. */
    private int lost;

    public Backlog(
            ReconcileStream stream,
            LedgerStore store,
            ReconcileSettings settings,
            EventLoop loop,
            RandomGenerator random,
            MeterRegistry meters) {
        this.stream = stream;
        this.store = store;
        this.settings = settings;
        this.meters = meters;
        this.ticker = new Ticker("backlog", loop, settings.backlogInterval(), this::round, random);
        gauge("session", sessions::size, settings.backlogCapacity());
        gauge("webhook", webhooks::size, settings.backlogCapacity());
        gauge("id", ids::size, settings.backlogIdCapacity());
        for (Kept kept : Kept.values()) {
            count(Channel.SESSION, kept);
            count(Channel.WEBHOOK, kept);
        }
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        start();
    }

    /** Starts the rounds that offer the backlog to the stream again. */
    public void start() {
        ticker.start();
    }

    /** Keeps an observation that the stream could not store; safe from any thread. */
    public synchronized Kept keep(Observation observation) {
        Kept kept = kept(observation);
        count(observation.channel(), kept).increment();
        if (kept == Kept.NOTHING) {
            lost(observation);
        }
        return kept;
    }

    /** Names only so many between two rounds, so that a flood does not fill the log. */
    private void lost(Observation observation) {
        lost++;
        if (lost <= NAMED) {
            LogContext.about(
                    observation.transactionId(),
                    () -> LOG.errorf(
                            "The backlog is full: an observation by %s of transaction %s is lost; polls find it if the ledger"
                                    + " knows the transaction, else poll it by hand",
                            observation.channel(), observation.transactionId()));
        }
    }

    private synchronized void logCountOfUnnamed() {
        if (lost > NAMED) {
            LOG.errorf(
                    "The backlog is full: %d more observations are lost; their transactions are not named",
                    lost - NAMED);
        }
        lost = 0;
    }

    /** Whether any observation or id waits for the database. */
    public synchronized boolean isHolding() {
        return size() > 0;
    }

    /** How many observations and ids wait for the database. */
    public synchronized int size() {
        return sessions.size() + webhooks.size() + ids.size();
    }

    /** The transactions whose observations wait, each id once. */
    public synchronized List<String> transactionIds() {
        Set<String> waiting = new LinkedHashSet<>();
        sessions.values().forEach(session -> waiting.add(session.transactionId()));
        webhooks.values().forEach(webhook -> waiting.add(webhook.transactionId()));
        waiting.addAll(ids);
        return List.copyOf(waiting);
    }

    /** Whether a webhook would be refused. */
    public synchronized boolean isFull() {
        return webhooks.size() >= settings.backlogCapacity() && ids.size() >= settings.backlogIdCapacity();
    }

    private Kept kept(Observation observation) {
        Map<UUID, Observation> buffer = buffer(observation);
        if (buffer.containsKey(observation.id())) {
            return Kept.WHOLE;
        }
        if (buffer.size() < settings.backlogCapacity()) {
            Observation trimmed = trimmed(observation);
            rawCharacters += length(trimmed);
            buffer.put(trimmed.id(), trimmed);
            return Kept.WHOLE;
        }
        if (ids.contains(observation.transactionId()) || ids.size() < settings.backlogIdCapacity()) {
            ids.add(observation.transactionId());
            return Kept.ID;
        }
        return Kept.NOTHING;
    }

    private Map<UUID, Observation> buffer(Observation observation) {
        return observation.channel() == Channel.SESSION ? sessions : webhooks;
    }

    private Observation trimmed(Observation observation) {
        return rawCharacters + length(observation) <= MAX_RAW_CHARACTERS ? observation : observation.withoutRaw();
    }

    private static int length(Observation observation) {
        return observation.raw() == null ? 0 : observation.raw().length();
    }

    private synchronized void forget(Observation stored) {
        if (buffer(stored).remove(stored.id()) != null) {
            rawCharacters -= length(stored);
        }
    }

    private synchronized void forgetIds(Collection<String> due) {
        due.forEach(ids::remove);
    }

    private Uni<Void> round() {
        logCountOfUnnamed();
        return drain();
    }

    /** One chunk after the other as long as the database takes them. */
    private Uni<Void> drain() {
        List<Observation> chunk = nextObservations();
        if (!chunk.isEmpty()) {
            return restore(chunk).chain(this::drain);
        }
        List<String> due = nextIds();
        return due.isEmpty()
                ? Uni.createFrom().voidItem()
                : store.makeDue(due, SPREAD).invoke(() -> forgetIds(due)).chain(this::drain);
    }

    private Uni<Void> restore(List<Observation> chunk) {
        return Multi.createFrom()
                .iterable(chunk)
                .onItem()
                .transformToUni(this::restore)
                .merge(chunk.size())
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> restore(Observation one) {
        return stream.offer(one)
                .replaceWithVoid()
                .onFailure(QuarantinedException.class)
                .recoverWithNull()
                .invoke(() -> forget(one));
    }

    private synchronized List<Observation> nextObservations() {
        Map<UUID, Observation> first = sessions.isEmpty() ? webhooks : sessions;
        return first.values().stream().limit(settings.batchSize()).toList();
    }

    private synchronized List<String> nextIds() {
        return ids.stream().limit(1_000).toList();
    }

    private Counter count(Channel channel, Kept kept) {
        return Counter.builder("rampgate.backlog.kept")
                .description("Observations that the database did not take in time, by what the backlog kept of them")
                .tag("channel", Labels.of(channel))
                .tag("kept", Labels.of(kept))
                .register(meters);
    }

    private void gauge(String what, Supplier<Number> size, int capacity) {
        Gauge.builder("rampgate.backlog", size)
                .tag("what", what)
                .description("Observations kept in memory while the database is away")
                .register(meters);
        Gauge.builder("rampgate.backlog.capacity", () -> capacity)
                .tag("what", what)
                .description("How many the backlog can keep")
                .register(meters);
    }
}
