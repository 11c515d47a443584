package dev.rampgate.live;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.live.LiveCounters.Refusal;
import dev.rampgate.live.LiveCounters.WakeUp;
import dev.rampgate.live.Transport.Departure;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Knows which streams of this replica follow which transaction. When a transaction changed, or a stream begins to follow it, the
 * hub reads it once for all its streams. One statement reads many transactions; no stream holds a database connection.
 *
 * <p>A stream is registered before the first read begins, so that each change is either in that read or causes another one:
 * there is no gap. Everything except the reads runs on one event loop.
 */
final class LiveHub {

    private static final Logger LOG = Logger.getLogger(LiveHub.class);
    private static final int READ_AT_ONCE = 500;
    /** Fewer for the fallback, so that known changes do not wait long behind it. */
    private static final int FALLBACK_READ_AT_ONCE = 100;

    private static final Duration READ_LIMIT = Duration.ofSeconds(3);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);

    /** One transaction with its streams. */
    private static final class Topic {
        private final Set<LiveStream> joining = new LinkedHashSet<>();
        /** Each stream with the user it counts for: the owner when it joined, who may be erased later. */
        private final Map<LiveStream, String> following = new LinkedHashMap<>();

        private Instant endsAt = Instant.MAX;
    }

    private final Function<Collection<String>, Uni<Map<String, TransactionSnapshot>>> read;
    private final EventLoop loop;
    private final LiveSettings settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final LiveCounters counters;
    private final Map<String, Topic> topics = new HashMap<>();
    private final Map<String, Integer> streamsOfUser = new HashMap<>();
    /** Transactions to read because they changed, or because a stream joined. */
    private final Set<String> due = new LinkedHashSet<>();
    /** Transactions to read because they may have changed. */
    private final Set<String> dueForFallback = new LinkedHashSet<>();

    private boolean reading;
    private boolean failing;
    private boolean draining;
    private volatile int streams;

    /**
     * @param read reads transactions; called with at most {@value #READ_AT_ONCE} ids, and never concurrently
     * @param loop the event loop on which the hub runs
     */
    LiveHub(
            Function<Collection<String>, Uni<Map<String, TransactionSnapshot>>> read,
            EventLoop loop,
            LiveSettings settings,
            InstantSource clock,
            RandomGenerator random,
            LiveCounters counters) {
        this.read = read;
        this.loop = loop;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
    }

    /** The number of open streams. */
    int streams() {
        return streams;
    }

    /**
     * Checks whether a stream of this owner could join now, for transports that must know before they accept a connection.
     *
     * @param ownerId the transaction's owner; empty if it does not exist or has no owner
     * @param userId the reader; null if the request has a ticket
     * @return fails with a problem if the stream could not join
     */
    Uni<Void> checkJoin(Optional<String> ownerId, String userId) {
        return Uni.createFrom().voidItem().emitOn(loop).invoke(() -> refusal(ownerId, userId)
                .ifPresent(why -> {
                    counters.refused(why);
                    throw new ProblemException(problem(why));
                }));
    }

    private Optional<Refusal> refusal(Optional<String> ownerId, String userId) {
        if (ownerId.isEmpty() || userId != null && !userId.equals(ownerId.get())) {
            return Optional.of(Refusal.NOT_FOUND);
        }
        if (streams >= settings.maxStreams()) {
            return Optional.of(Refusal.REPLICA_LIMIT);
        }
        boolean tooMany = streamsOfUser.getOrDefault(ownerId.get(), 0) >= settings.maxStreamsPerUser();
        return tooMany ? Optional.of(Refusal.USER_LIMIT) : Optional.empty();
    }

    /** Lets a stream follow its transaction, or refuses it. */
    void join(LiveStream stream) {
        loop.execute(() -> {
            if (draining) {
                stream.depart(Departure.DRAINING, drainDelay());
            } else if (streams >= settings.maxStreams()) {
                counters.refused(Refusal.REPLICA_LIMIT);
                stream.refuse(problem(Refusal.REPLICA_LIMIT));
            } else {
                streams++;
                topics.computeIfAbsent(stream.transactionId(), id -> new Topic())
                        .joining
                        .add(stream);
                wake(List.of(stream.transactionId()), WakeUp.JOINED);
            }
        });
    }

    /** Removes an ended stream; may be called for one that never joined. */
    void leave(LiveStream stream) {
        loop.execute(() -> {
            Topic topic = topics.get(stream.transactionId());
            if (topic == null) {
                return;
            }
            if (topic.joining.remove(stream)) {
                streams--;
            } else {
                String countedFor = topic.following.remove(stream);
                if (countedFor != null) {
                    streams--;
                    streamsOfUser.computeIfPresent(countedFor, (user, open) -> open == 1 ? null : open - 1);
                }
            }
            forgetIfEmpty(stream.transactionId(), topic);
        });
    }

    /** Call when transactions changed; those without streams are ignored. */
    void changed(Collection<String> transactionIds, WakeUp cause) {
        loop.execute(() -> wake(transactionIds, cause));
    }

    /** Call when any transaction may have changed. */
    void anythingChanged(WakeUp cause) {
        loop.execute(() -> readAll(cause));
    }

    /** Starts reading all followed transactions periodically, until the hub drains. */
    void startFallback() {
        Duration most = settings.fallbackInterval();
        loop.schedule(most.minus(most.dividedBy(10)).plusMillis(randomMillis(most.dividedBy(10))), () -> {
            if (!draining) {
                readAll(WakeUp.FALLBACK);
                startFallback();
            }
        });
    }

    /** Ends all streams; each reader connects again after a random delay. New streams are ended, too. */
    void drain() {
        loop.execute(() -> {
            draining = true;
            List<LiveStream> all = new ArrayList<>();
            topics.values().forEach(topic -> {
                all.addAll(topic.joining);
                all.addAll(topic.following.keySet());
            });
            all.forEach(stream -> stream.depart(Departure.DRAINING, drainDelay()));
        });
    }

    // --- everything below runs on the event loop

    private void wake(Collection<String> transactionIds, WakeUp cause) {
        int before = due.size();
        transactionIds.stream().filter(topics::containsKey).forEach(due::add);
        counters.woken(cause, due.size() - before);
        readDue();
    }

    private void readAll(WakeUp cause) {
        counters.woken(cause, topics.size());
        dueForFallback.addAll(topics.keySet());
        readDue();
    }

    private void readDue() {
        if (reading) {
            return;
        }
        List<String> batch = due.isEmpty() ? next(dueForFallback, FALLBACK_READ_AT_ONCE) : next(due, READ_AT_ONCE);
        if (batch.isEmpty()) {
            return;
        }
        reading = true;
        counters.read();
        loop.within(READ_LIMIT, Uni.createFrom().deferred(() -> read.apply(batch)), TimeoutException::new)
                .emitOn(loop)
                .subscribe()
                .with(found -> wereRead(batch, found), failure -> wereNotRead(batch, failure));
    }

    private static List<String> next(Set<String> waiting, int most) {
        List<String> batch = new ArrayList<>();
        for (Iterator<String> ids = waiting.iterator(); ids.hasNext() && batch.size() < most; ) {
            batch.add(ids.next());
            ids.remove();
        }
        return batch;
    }

    private void wereRead(List<String> ids, Map<String, TransactionSnapshot> found) {
        reading = false;
        if (failing) {
            failing = false;
            LOG.info("Followed transactions can be read again");
        }
        for (String id : ids) {
            Topic topic = topics.get(id);
            if (topic != null) {
                show(id, topic, found.get(id));
            }
        }
        readDue();
    }

    private void show(String id, Topic topic, TransactionSnapshot snapshot) {
        if (snapshot == null) {
            List.copyOf(topic.joining).forEach(stream -> refuse(topic, stream, Refusal.NOT_FOUND));
            followers(topic).forEach(stream -> stream.depart(Departure.GONE, settings.retry()));
            return;
        }
        List.copyOf(topic.joining).forEach(stream -> admit(topic, stream, snapshot));
        followers(topic).forEach(stream -> {
            if (stream.mayRead(snapshot.userId())) {
                stream.show(snapshot);
            } else {
                stream.depart(Departure.GONE, settings.retry());
            }
        });
        wakeAtEnd(id, topic, snapshot.endsAt(settings.terminalGrace()));
    }

    private static List<LiveStream> followers(Topic topic) {
        return List.copyOf(topic.following.keySet());
    }

    private void admit(Topic topic, LiveStream stream, TransactionSnapshot snapshot) {
        String owner = snapshot.userId();
        if (!stream.mayRead(owner)) {
            refuse(topic, stream, Refusal.NOT_FOUND);
        } else if (streamsOfUser.getOrDefault(owner, 0) >= settings.maxStreamsPerUser()) {
            refuse(topic, stream, Refusal.USER_LIMIT);
        } else {
            topic.joining.remove(stream);
            topic.following.put(stream, owner);
            streamsOfUser.merge(owner, 1, Integer::sum);
        }
    }

    private void wakeAtEnd(String id, Topic topic, Instant endsAt) {
        boolean known = endsAt.equals(topic.endsAt);
        topic.endsAt = endsAt;
        Duration left = endsAt.equals(Instant.MAX) || endsAt.equals(Instant.MIN)
                ? Duration.ZERO
                : Duration.between(clock.instant(), endsAt);
        if (!known && left.toMillis() > 0) {
            loop.schedule(left.plusMillis(1), () -> {
                if (topics.get(id) == topic && topic.endsAt.equals(endsAt)) {
                    wake(List.of(id), WakeUp.END);
                }
            });
        }
    }

    private void wereNotRead(List<String> ids, Throwable failure) {
        reading = false;
        if (!failing) {
            failing = true;
            LOG.warnf(
                    "Followed transactions cannot be read: %s",
                    failure.getClass().getSimpleName());
        }
        for (String id : ids) {
            Topic topic = topics.get(id);
            if (topic != null) {
                List.copyOf(topic.joining).forEach(stream -> refuse(topic, stream, Refusal.UNAVAILABLE));
                dueForFallback.add(id);
            }
        }
        // A stream that joins meanwhile causes a read at once, and so is refused or admitted at once.
        loop.schedule(Duration.ofMillis(500 + randomMillis(Duration.ofSeconds(1))), this::readDue);
    }

    private void refuse(Topic topic, LiveStream stream, Refusal why) {
        topic.joining.remove(stream);
        streams--;
        forgetIfEmpty(stream.transactionId(), topic);
        counters.refused(why);
        stream.refuse(problem(why));
    }

    private void forgetIfEmpty(String id, Topic topic) {
        if (topic.joining.isEmpty() && topic.following.isEmpty()) {
            topics.remove(id);
        }
    }

    private static Problem problem(Refusal why) {
        return switch (why) {
            case NOT_FOUND -> Problem.of(ProblemType.NOT_FOUND);
            case USER_LIMIT ->
                Problem.of(ProblemType.TOO_MANY_REQUESTS, "Close a stream before you open another one")
                        .withRetryAfter(TRY_AGAIN);
            case REPLICA_LIMIT, UNAVAILABLE ->
                Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(TRY_AGAIN);
        };
    }

    private Duration drainDelay() {
        return Duration.ofMillis(randomMillis(settings.reconnectSpread()));
    }

    private long randomMillis(Duration below) {
        return below.toMillis() > 0 ? random.nextLong(below.toMillis()) : 0;
    }
}
