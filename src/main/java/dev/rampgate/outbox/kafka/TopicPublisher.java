package dev.rampgate.outbox.kafka;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.SteadyClock;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.outbox.kafka.KafkaTopics.Page;
import dev.rampgate.telemetry.ThrottledLog;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Publishes the feed to one topic, one replica at a time: claims the topic, opens a producer, which fences the one before, and then
 * publishes page after page. The position moves after the broker has committed a page, so every event arrives at least once, and
 * first arrivals are in the order of the feed. A replica that cannot publish gives the claim back and pauses, so that another one
 * tries.
 */
final class TopicPublisher {

    /** Renewed while the replica lives; after a crash another one waits for its end. */
    static final Duration LEASE = Duration.ofSeconds(10);

    private static final Duration RENEWAL = Duration.ofSeconds(3);

    /** Collects events of several commits for one Kafka transaction. */
    private static final Duration REST = Duration.ofMillis(20);

    /** Most events of one Kafka transaction: with the largest bodies half of the producer's buffer. */
    static final int MOST_EVENTS = 200;

    /** Longer than the timeouts of the producer together: a call that takes longer holds no claim. */
    private static final Duration LONGEST_CALL = Duration.ofMinutes(3);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(10);

    private static final Logger LOG = Logger.getLogger(TopicPublisher.class);

    private final KafkaTopics topics;
    private final KafkaThread thread;
    private final EventLoop loop;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final KafkaMetrics metrics;
    private final String topic;
    private final ThrottledLog log;
    private final Ticker rounds;
    private final Ticker renewals;

    /** Changed on the loop only, as are the next ones. */
    private volatile Long held;

    private Page unsaved;
    private Instant calledAt;
    private boolean registered;
    private boolean pausing;
    private boolean stopping;
    private int failures;
    private volatile boolean stopped;

    TopicPublisher(
            String topic,
            KafkaTopics topics,
            Supplier<TopicProducer> producers,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            KafkaMetrics metrics) {
        this.topic = topic;
        this.topics = topics;
        this.thread = new KafkaThread(loop, producers);
        this.loop = loop;
        this.clock = new SteadyClock(clock);
        this.random = random;
        this.metrics = metrics;
        this.log = new ThrottledLog(LOG, clock);
        this.rounds = new Ticker("publishing to Kafka", loop, RENEWAL, REST, this::round, random);
        this.renewals = new Ticker("renewing the claim of Kafka", loop, RENEWAL, this::renew, random);
    }

    void start() {
        rounds.start();
        renewals.start();
    }

    /** The feed has become longer. */
    void wake() {
        if (held != null) {
            rounds.wake();
        }
    }

    /** Ends what is in flight and gives the claim back, so that another replica goes on at once. */
    void stop() {
        loop.execute(() -> {
            if (!stopping) {
                stopping = true;
                rounds.stop();
                renewals.stop();
                loop.execute(this::finish);
            }
        });
    }

    boolean isStopped() {
        return stopped;
    }

    private void finish() {
        if (!rounds.isStopped() || !renewals.isStopped()) {
            loop.schedule(CHECK_INTERVAL, this::finish);
            return;
        }
        Long claim = held;
        drop();
        thread.end()
                .onFailure()
                .recoverWithNull()
                .chain(() -> release(claim))
                .subscribe()
                .with(done -> stopped = true, impossible -> stopped = true);
    }

    // --- publishing

    private Uni<Void> round() {
        if (pausing || stopping) {
            return Uni.createFrom().voidItem();
        }
        return claimed()
                .chain(claim -> claim.isPresent()
                        ? publish(claim.get())
                        : Uni.createFrom().voidItem())
                .onFailure(failure -> failure instanceof PublicationException || failure instanceof LinkageError)
                .recoverWithUni(this::giveUp);
    }

    private Uni<Optional<Long>> claimed() {
        if (held != null) {
            return Uni.createFrom().item(Optional.of(held));
        }
        return registered()
                .chain(() -> topics.claim())
                .emitOn(loop)
                .chain(claim ->
                        claim.isPresent() ? open(claim.get()) : Uni.createFrom().item(claim));
    }

    /** Before the first claim, and whether or not a broker answers: a new topic begins with what comes from now on. */
    private Uni<Void> registered() {
        return registered
                ? Uni.createFrom().voidItem()
                : topics.register().emitOn(loop).invoke(() -> registered = true);
    }

    private Uni<Optional<Long>> open(long claim) {
        held = claim;
        return called(thread.open(claim))
                .invoke(() -> {
                    metrics.publishing(held != null && held == claim);
                    LOG.infof("This replica publishes events to the Kafka topic %s", topic);
                })
                .replaceWith(Optional.of(claim));
    }

    /** One page; the next round follows at once if there may be more. */
    private Uni<Void> publish(long claim) {
        return saved(claim)
                .chain(isHeld -> isHeld
                        ? topics.page(claim, MOST_EVENTS).emitOn(loop)
                        : Uni.createFrom().item(Optional.<Page>empty()))
                .chain(page -> page.isEmpty()
                        ? lose(claim)
                        : page.get().events().isEmpty() ? Uni.createFrom().voidItem() : send(claim, page.get()));
    }

    private Uni<Void> send(long claim, Page page) {
        return called(thread.publish(claim, page.events()))
                .invoke(() -> committed(page))
                .chain(() -> saved(claim))
                .chain(isHeld -> isHeld ? Uni.createFrom().voidItem() : lose(claim));
    }

    private void committed(Page page) {
        unsaved = page;
        metrics.published(page.events().size());
        if (page.expired() > 0) {
            metrics.expired(page.expired());
            LOG.errorf(
                    "%d events were older than rampgate.outbox.retention before they could be published to Kafka, and were"
                            + " deleted. Consumers of the topic %s must compare their state with GET /transactions",
                    page.expired(), topic);
        }
        if (failures > 0) {
            failures = 0;
            LOG.info("Kafka takes events again");
        }
        if (page.events().size() == MOST_EVENTS) {
            rounds.wake();
        }
    }

    /** Also what an outage of the database left unsaved: it is not published a second time. */
    private Uni<Boolean> saved(long claim) {
        Page page = unsaved;
        return page == null
                ? Uni.createFrom().item(true)
                : topics.save(claim, page).emitOn(loop).invoke(() -> unsaved = null);
    }

    private Uni<Void> called(Uni<Void> call) {
        return Uni.createFrom().deferred(() -> {
            calledAt = clock.instant();
            return call.onTermination().invoke(() -> calledAt = null);
        });
    }

    // --- the claim

    private Uni<Void> renew() {
        return topics.figures().emitOn(loop).invoke(metrics::read).chain(() -> {
            Long claim = held;
            return claim == null || isStuck()
                    ? Uni.createFrom().voidItem()
                    : topics.renew(claim)
                            .emitOn(loop)
                            .chain(isHeld -> isHeld ? Uni.createFrom().voidItem() : lose(claim));
        });
    }

    private boolean isStuck() {
        return calledAt != null && calledAt.plus(LONGEST_CALL).isBefore(clock.instant());
    }

    /** Another replica has it, or the database has lost what was published: the next claim reads the position again. */
    private Uni<Void> lose(long claim) {
        if (held == null || held != claim) {
            return Uni.createFrom().voidItem();
        }
        LOG.info("This replica has lost the claim of Kafka and stops publishing");
        drop();
        return thread.close().onFailure().recoverWithNull().chain(() -> release(claim));
    }

    private Uni<Void> giveUp(Throwable failure) {
        PublicationException.Reason reason =
                failure instanceof PublicationException known ? known.reason() : PublicationException.Reason.OTHER;
        metrics.failed(reason);
        failures++;
        Duration pause = pause();
        log.warn(
                "Events wait for Kafka: %s. Tried again in %d ms",
                failure instanceof PublicationException
                        ? failure.getMessage()
                        : failure.getClass().getSimpleName(),
                pause.toMillis());
        pausing = true;
        loop.schedule(pause, () -> {
            pausing = false;
            rounds.wake();
        });
        Long claim = held;
        drop();
        return thread.close().onFailure().recoverWithNull().chain(() -> release(claim));
    }

    private void drop() {
        held = null;
        unsaved = null;
        metrics.publishing(false);
    }

    private Uni<Void> release(Long claim) {
        return claim == null
                ? Uni.createFrom().voidItem()
                : topics.release(claim).onFailure().recoverWithNull();
    }

    /** Exponential, between a half and the whole of it. */
    private Duration pause() {
        double whole =
                Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() * Math.pow(2, Math.min(failures - 1, 30)));
        return Duration.ofNanos((long) (whole * (0.5 + 0.5 * random.nextDouble())));
    }
}
