package dev.rampgate.channel.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.channel.Observations;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue.Claim;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.CommitListeners;
import dev.rampgate.reconcile.DatabaseAvailability;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ObservationIds;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.reconcile.StoreException;
import dev.rampgate.reconcile.StreamMetrics;
import dev.rampgate.support.TestSettings;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is recorded when Proof spells an id in another letter case than it was asked with. */
class PollSpellingTest {

    private static final Instant NOW = Instant.parse("2026-05-02T08:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> recorded = new ArrayList<>();
    private final List<String> forgotten = new ArrayList<>();
    private boolean refusing;

    @Test
    void whatIsKnownKeepsItsId() {
        poll(new Claim("ABC-1", Priority.KNOWN, 0, Duration.ZERO, false, Duration.ZERO), "abc-1");

        assertThat(recorded).containsExactly("ABC-1");
        assertThat(forgotten).isEmpty();
    }

    @Test
    void anIdThatOnlyAWebhookNamedGivesWayToProofsOwn() {
        poll(new Claim("ABC-1", Priority.UNKNOWN, 0, Duration.ZERO, false, Duration.ZERO), "abc-1");

        assertThat(recorded).containsExactly("abc-1");
        assertThat(forgotten).containsExactly("ABC-1");
    }

    @Test
    void anIdThatIsSpelledAsItWasNamedIsAdoptedAndNotForgotten() {
        poll(new Claim("ABC-1", Priority.UNKNOWN, 0, Duration.ZERO, false, Duration.ZERO), "ABC-1");

        assertThat(recorded).containsExactly("ABC-1");
        assertThat(forgotten).isEmpty();
    }

    @Test
    void anIdThatOnlyAWebhookNamedStaysWhileProofsOwnIsNotStored() {
        refusing = true;
        poll(new Claim("ABC-1", Priority.UNKNOWN, 0, Duration.ZERO, false, Duration.ZERO), "abc-1");

        assertThat(recorded).isEmpty();
        assertThat(forgotten).isEmpty();
    }

    private void poll(Claim claim, String spelled) {
        EventLoop loop = new Immediate();
        PollSettings settings = TestSettings.of(PollSettings.class, Map.of());
        ReconcileStream stream = new ReconcileStream(
                new Recording(),
                new LedgerRules(Duration.ofSeconds(30)),
                TestSettings.of(ReconcileSettings.class, Map.of()),
                () -> loop,
                () -> NOW,
                new Random(1),
                new StreamMetrics(meters),
                new DatabaseAvailability(() -> Uni.createFrom().voidItem(), loop, meters),
                new CommitListeners(List.of(), () -> NOW, meters),
                Traces.off());
        new PollChannel(
                        new OneClaim(claim),
                        id -> Uni.createFrom().item(answer(spelled)),
                        new Observations(() -> NOW, new ObservationIds(new Random(1)), meters),
                        stream,
                        settings,
                        loop,
                        () -> NOW,
                        new Random(1),
                        Traces.off(),
                        meters)
                .start();
    }

    private static StatusReport answer(String id) {
        return new StatusReport(
                id, "pending", NOW, NOW, "cust-1", "buy", "USDC", "ERC20", null, "EUR", null, null, Set.of(), "{}");
    }

    /** Does what is for now at once, and nothing later. */
    private static final class Immediate implements EventLoop {

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            if (delay.isZero() || delay.isNegative()) {
                task.run();
            }
            return () -> {};
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }

    /** Nothing is stored but the ids of what was opened. */
    private final class Recording implements LedgerStore, LedgerStore.UnitOfWork {

        @Override
        public <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work) {
            return refusing
                    ? Uni.createFrom().failure(new StoreException(StoreException.Kind.AWAY, "made up", null))
                    : work.apply(this);
        }

        @Override
        public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
            throw new AssertionError("nothing was missed");
        }

        @Override
        public Uni<Map<String, Recorded>> load(Set<String> ids, Instant now) {
            return Uni.createFrom().item(Map.of());
        }

        @Override
        public Uni<Map<String, Instant>> erased(Set<String> userIds) {
            return Uni.createFrom().item(Map.of());
        }

        @Override
        public Uni<Void> persist(BatchChanges changes) {
            changes.opened().stream().map(TransactionRecord::id).forEach(recorded::add);
            return Uni.createFrom().voidItem();
        }
    }

    private final class OneClaim extends StrictPollQueue {
        private final Claim claim;

        OneClaim(Claim claim) {
            this.claim = claim;
        }

        @Override
        public Uni<List<Claim>> claim(Priority priority, int most) {
            return Uni.createFrom().item(priority == claim.priority() ? List.of(claim) : List.of());
        }

        @Override
        public Uni<Void> forget(Claim gone) {
            forgotten.add(gone.transactionId());
            return Uni.createFrom().voidItem();
        }
    }
}
