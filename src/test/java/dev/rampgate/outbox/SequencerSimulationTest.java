package dev.rampgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Event;
import dev.rampgate.outbox.MemoryEvents.Bug;
import dev.rampgate.outbox.MemoryEvents.Insertion;
import dev.rampgate.simulation.QuietLog;
import dev.rampgate.simulation.Seeds;
import dev.rampgate.simulation.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real sequencers of three replicas in worlds of virtual time, each grown from its seed: batches commit late, out of order or not at all, replicas
 * crash, answers of the database are lost, and so are commits. {@code -Dsimulation.seed=N} begins with that world.
 */
@ExtendWith(QuietLog.class)
class SequencerSimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);
    private static final int SEEDS_OF_BUG = 1_000;

    @Test
    void noWorldLeavesACommittedEventWithoutAPlaceOrGivesPlacesOutOfOrder() {
        long first = Seeds.first();
        System.out.printf("Simulation of %,d worlds of sequencers from -Dsimulation.seed=%d%n", SEEDS, first);
        int moved = 0;
        int begunAgain = 0;
        for (long seed = first; seed < first + SEEDS; seed++) {
            MemoryEvents events = lived(seed);
            moved += events.movedSearches();
            begunAgain += events.searchesBegunAgain();
        }
        System.out.printf("The search moved %,d times and fell back %,d times%n", moved, begunAgain);
        // A world in which nothing happens proves nothing.
        assertThat(moved).isGreaterThan(SEEDS);
        assertThat(begunAgain).isGreaterThan(SEEDS / 20);
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aPlantedBugIsFound(Bug bug) {
        Seeds.assertFound(bug, SEEDS_OF_BUG, seed -> new World(seed, bug).run());
    }

    private static MemoryEvents lived(long seed) {
        return Seeds.live(seed, () -> new World(seed, Bug.NONE).run());
    }

    private static final class World {

        private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
        private static final int REPLICAS = 3;
        private static final int TRANSACTIONS = 6;
        private static final Duration BETWEEN_PAGES = Duration.ofMillis(250);
        private static final Duration LONGEST_BATCH = Duration.ofSeconds(6);
        private static final Duration CALM = Duration.ofSeconds(10);

        private final SplittableRandom random;
        private final VirtualTime time = new VirtualTime(START);
        private final MemoryEvents events;
        private final MemoryEvents.Consumer consumer;
        private final List<Replica> replicas = new ArrayList<>();
        private final Set<String> locked = new HashSet<>();
        private final Duration trouble;
        private boolean calm;
        private int lives;

        World(long seed, Bug bug) {
            random = new SplittableRandom(seed);
            events = new MemoryEvents(bug);
            consumer = events.consumer();
            trouble = Duration.ofSeconds(random.nextInt(10, 60));
        }

        MemoryEvents run() {
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(new Replica());
            }
            for (int i = random.nextInt(20, 80); i > 0; i--) {
                time.after(fraction(trouble), this::batch);
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                time.after(fraction(trouble), this::loseCommits);
            }
            for (int i = random.nextInt(4); i > 0; i--) {
                time.after(fraction(trouble), () -> replicas.set(random.nextInt(REPLICAS), new Replica()));
            }
            happen(trouble.plus(LONGEST_BATCH));
            calm = true;
            happen(CALM);
            if (events.withoutPlace() > 0) {
                throw new AssertionError(events.withoutPlace() + " events that are committed have no place");
            }
            consumer.checkAll();
            return events;
        }

        private void happen(Duration duration) {
            Instant end = time.instant().plus(duration);
            boolean[] over = new boolean[1];
            time.at(end, () -> over[0] = true);
            read(end);
            while (!over[0]) {
                time.step();
            }
            events.checkPlaces();
            consumer.read();
        }

        /** Another system follows the feed all the time. */
        private void read(Instant end) {
            if (time.instant().isBefore(end)) {
                events.checkPlaces();
                consumer.read();
                time.after(BETWEEN_PAGES, () -> read(end));
            }
        }

        // --- what happens

        /** Its transaction's row is locked until it ends, so the next version of it is written afterwards. */
        private void batch() {
            String id = "t-" + random.nextInt(TRANSACTIONS);
            if (!locked.add(id)) {
                return;
            }
            int life = lives;
            int version = events.lastVersion(id) + 1;
            Insertion insertion = events.insert(IntStream.range(version, version + random.nextInt(1, 3))
                    .mapToObj(each -> event(id, each))
                    .toList());
            Duration open = random.nextInt(4) == 0 ? fraction(LONGEST_BATCH) : fraction(Duration.ofMillis(50));
            time.after(open, () -> {
                if (life != lives) {
                    return;
                }
                locked.remove(id);
                if (random.nextInt(8) > 0) {
                    insertion.commit();
                }
                insertion.end();
                replicas.get(random.nextInt(REPLICAS)).sequencer.wake();
            });
        }

        /** The clocks of replicas differ. */
        private Event event(String id, int version) {
            return TestFeed.event(id, version, time.instant().plusMillis(random.nextInt(-3_000, 3_000)));
        }

        /** A failover to a database that is some seconds behind: what was not committed there is gone, and so is what was open. */
        private void loseCommits() {
            int life = lives;
            Runnable failover = events.keep();
            time.after(fraction(Duration.ofSeconds(8)), () -> {
                if (life == lives) {
                    lives++;
                    locked.clear();
                    failover.run();
                }
            });
        }

        /** One process: what it still had to do dies with it. */
        private final class Replica implements EventLoop, MemoryEvents.Link {

            private final Sequencer sequencer = events.sequencer(this, time, random, this);

            private boolean isAlive() {
                return replicas.contains(this);
            }

            @Override
            public void execute(Runnable task) {
                schedule(Duration.ZERO, task);
            }

            @Override
            public Cancellable schedule(Duration delay, Runnable task) {
                return time.after(delay, () -> {
                    if (isAlive()) {
                        task.run();
                    }
                });
            }

            @Override
            public <T> Uni<T> through(Supplier<Uni<T>> work) {
                return way().chain(work::get).call(this::way);
            }

            /** To the database or back; what is lost on the way back was done all the same. */
            private Uni<Void> way() {
                return Uni.createFrom()
                        .emitter(emitter -> schedule(Duration.ofMillis(random.nextInt(1, 20)), () -> {
                            if (!calm && random.nextInt(40) == 0) {
                                emitter.fail(new IllegalStateException("the database did not answer"));
                            } else {
                                emitter.complete(null);
                            }
                        }));
            }
        }

        private Duration fraction(Duration whole) {
            return Duration.ofMillis(random.nextLong(whole.toMillis() + 1));
        }
    }
}
