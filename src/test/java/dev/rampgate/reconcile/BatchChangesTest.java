package dev.rampgate.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.rampgate.ledger.Alarm;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.pollqueue.PollPlan;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.reconcile.BatchChanges.Archived;
import dev.rampgate.reconcile.BatchChanges.ChannelOutcome;
import dev.rampgate.reconcile.BatchChanges.Raised;
import dev.rampgate.reconcile.LedgerStore.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BatchChangesTest {

    private static final Instant NOW = Instant.parse("2026-05-02T08:10:00Z");
    private static final Duration LAG_TOLERANCE = Duration.ofSeconds(30);
    private static final int ARCHIVE_LIMIT = 3;

    /** Chooses the shortest of all delays. */
    private static final RandomGenerator EAGER = () -> 0;

    private final Map<String, Recorded> recorded = new HashMap<>();
    private long ids;

    @Nested
    class Folding {

        @Test
        void newsOfOneTransactionIsDecidedInTurn() {
            BatchChanges changes = fold(session("a"), socket("a", "processing", 5), poll("a", "completed", 9));

            assertThat(changes.opened()).singleElement().satisfies(record -> {
                assertThat(record.id()).isEqualTo("a");
                assertThat(record.state().status()).isEqualTo(Status.COMPLETED);
                assertThat(record.state().sequence()).isEqualTo(3);
            });
            assertThat(changes.transitions())
                    .extracting(Transition::status)
                    .containsExactly(Status.PENDING, Status.PROCESSING, Status.COMPLETED);
            assertThat(changes.transitions()).extracting(Transition::sequence).containsExactly(1, 2, 3);
        }

        @Test
        void everyTransactionStandsOnceInTheOrderOfItsId() {
            BatchChanges changes = fold(
                    session("b"), session("a"), session("c"), poll("b", "processing", 5), poll("a", "processing", 5));

            assertThat(changes.opened()).extracting(TransactionRecord::id).containsExactly("a", "b", "c");
            assertThat(changes.polls()).extracting(PollPlan::transactionId).containsExactly("a", "b", "c");
        }

        @Test
        void whatIsRecordedIsWhereItBegins() {
            record("a", session("a"), poll("a", "processing", 5));

            BatchChanges changes = fold(poll("a", "completed", 9));

            assertThat(changes.transitions()).extracting(Transition::sequence).containsExactly(3);
        }

        @Test
        void aTransactionThatDoesNotChangeIsNotWritten() {
            record("a", session("a"), poll("a", "processing", 5));
            record("b", session("b"));

            BatchChanges changes = fold(poll("a", "processing", 5), poll("b", "processing", 5));

            assertThat(changes.records()).extracting(TransactionRecord::id).containsExactly("b");
            assertThat(changes.followUps()).isEmpty();
        }

        @Test
        void ofATransactionThatIsOnlyToBePolledNothingButThatIsWritten() {
            record("a", session("a"));
            record("b", session("b"));

            BatchChanges changes = fold(
                    webhook("a", "completed", 5),
                    webhook("b", "completed", 5),
                    poll("b", "processing", 5),
                    webhook("b", "completed", 6));

            assertThat(changes.followUps()).singleElement().satisfies(record -> {
                assertThat(record.id()).isEqualTo("a");
                assertThat(record.followUp().nudge().status()).isEqualTo(Status.COMPLETED);
            });
            assertThat(changes.records()).extracting(TransactionRecord::id).containsExactly("b");
        }

        @Test
        void marksOfAllObservationsAreKept() {
            BatchChanges changes =
                    fold(session("a"), webhook("a", "pending", 0), poll("a", "pending", 0), webhook("a", "pending", 0));

            assertThat(changes.marks())
                    .containsExactly(
                            new TransitionMark("a", 1, Status.PENDING, NOW, null),
                            new TransitionMark("a", 1, Status.PENDING, null, NOW));
        }

        @Test
        void alarmsNameTheObservationThatRaisedThem() {
            Observation unknown = poll("a", "on_hold", 5);

            BatchChanges changes = fold(session("a"), unknown);

            assertThat(changes.alarms()).containsExactly(new Raised(Alarm.UNKNOWN_STATUS, unknown));
        }

        @Test
        void outcomesAreReportedByObservationAndCountedByChannel() {
            Observation session = session("a");
            Observation webhook = webhook("a", "completed", 5);
            Observation again = webhook("a", "completed", 5);
            Observation stranger = webhook("b", "completed", 5);
            Observation another = webhook("c", "completed", 5);

            BatchChanges changes = fold(session, webhook, again, stranger, another);

            assertThat(changes.outcomes())
                    .containsExactly(
                            entry(session.id(), Outcome.ACCEPTED),
                            entry(webhook.id(), Outcome.NUDGE),
                            entry(again.id(), Outcome.DUPLICATE),
                            entry(stranger.id(), Outcome.UNKNOWN_TRANSACTION),
                            entry(another.id(), Outcome.UNKNOWN_TRANSACTION));
            assertThat(changes.outcomesByChannel())
                    .containsOnly(
                            entry(new ChannelOutcome(Channel.SESSION, Outcome.ACCEPTED), 1L),
                            entry(new ChannelOutcome(Channel.WEBHOOK, Outcome.NUDGE), 1L),
                            entry(new ChannelOutcome(Channel.WEBHOOK, Outcome.DUPLICATE), 1L),
                            entry(new ChannelOutcome(Channel.WEBHOOK, Outcome.UNKNOWN_TRANSACTION), 2L));
        }

        @Test
        void whatIsWrittenForTheFirstTimeIsNamedByItself() {
            record("b", session("b"));

            BatchChanges changes =
                    fold(poll("c", "on_hold", 5), poll("b", "processing", 5), poll("a", "processing", 5));

            assertThat(changes.opened()).extracting(TransactionRecord::id).containsExactly("a");
            assertThat(changes.records()).extracting(TransactionRecord::id).containsExactly("b");
        }

        @Test
        void anEmptyBatchChangesNothing() {
            record("a", session("a"));

            BatchChanges changes = fold();

            assertThat(changes.records()).isEmpty();
            assertThat(changes.opened()).isEmpty();
            assertThat(changes.polls()).isEmpty();
            assertThat(changes.outcomes()).isEmpty();
        }
    }

    @Nested
    class Archiving {

        @Test
        void whatIsWorthARowIsArchivedWithItsOutcome() {
            Observation session = session("a");
            Observation nudge = webhook("a", "completed", 5);

            BatchChanges changes = fold(session, nudge);

            assertThat(changes.archive())
                    .containsExactly(new Archived(session, Outcome.ACCEPTED), new Archived(nudge, Outcome.NUDGE));
        }

        @Test
        void aTextThatNamesAnotherUserThanTheOwnerIsNotArchived() {
            record("a", session("a").with(TransactionDetails.NONE.withUser("owner")));
            Observation own = poll("a", "processing", 5).with(TransactionDetails.NONE.withUser("owner"));
            Observation other = poll("a", "completed", 9).with(TransactionDetails.NONE.withUser("other"));
            Observation unnamed = webhook("a", "completed", 12);

            List<String> texts = fold(text(own), text(other), text(unnamed)).archive().stream()
                    .map(archived -> archived.observation().raw())
                    .toList();

            assertThat(texts).containsExactly("text", null, "text");
        }

        private static Observation text(Observation observation) {
            return observation.withRaw("text", false);
        }

        @Test
        void aPollThatRepeatsAndAnUnknownTransactionAreNotArchived() {
            record("a", session("a"), poll("a", "pending", 0));

            assertThat(fold(poll("a", "pending", 0), webhook("b", "failed", 5)).archive())
                    .isEmpty();
        }

        @Test
        void onlySoManyRowsOfATransactionAreArchivedInADay() {
            BatchChanges changes = fold(session("a"), nudge("a", 1), nudge("a", 2), nudge("a", 3), session("b"));

            assertThat(changes.archive())
                    .extracting(archived -> archived.observation().transactionId())
                    .containsExactly("a", "a", "a", "b");
            assertThat(changes.outcomes()).hasSize(5);
        }

        @Test
        void rowsOfEarlierBatchesCount() {
            record("a", session("a"));
            recorded.put("a", new Recorded(recorded.get("a").record(), ARCHIVE_LIMIT - 1));

            assertThat(fold(nudge("a", 1), nudge("a", 2)).archive()).hasSize(1);
        }

        @Test
        void rowsThatWereNotWorthItDoNotCount() {
            record("a", session("a"), poll("a", "pending", 0));

            assertThat(fold(
                                    poll("a", "pending", 0),
                                    poll("a", "pending", 0),
                                    poll("a", "pending", 0),
                                    poll("a", "pending", 0),
                                    nudge("a", 1))
                            .archive())
                    .hasSize(1);
        }

        private Observation nudge(String id, int seconds) {
            return webhook(id, "completed", seconds);
        }
    }

    @Nested
    class Planning {

        @Test
        void anAnswerReplacesWhatWasPlanned() {
            record("a", session("a"));

            assertThat(fold(poll("a", "pending", 0)).polls())
                    .containsExactly(plan("a", Priority.KNOWN, true, Duration.ofSeconds(5)));
        }

        @Test
        void anythingElseOnlyHastensIt() {
            assertThat(fold(session("a")).polls())
                    .containsExactly(plan("a", Priority.KNOWN, false, Duration.ofSeconds(5)));
        }

        @Test
        void aNudgeIsDueAtOnceAndGoesFirst() {
            record("a", session("a"));

            BatchChanges changes = fold(webhook("a", "completed", 5));

            assertThat(changes.polls()).containsExactly(plan("a", Priority.NUDGED, false, Duration.ZERO));
            assertThat(changes.polls().get(0).isDueAtOnce()).isTrue();
        }

        @Test
        void anUnknownTransactionIsDueAtOnceAndGoesLast() {
            assertThat(fold(webhook("a", "completed", 5)).polls())
                    .containsExactly(plan("a", Priority.UNKNOWN, false, Duration.ZERO));
        }

        @Test
        void whatIsSettledIsNotPlannedByItselfAnyMore() {
            record("a", session("a"));

            BatchChanges changes = fold(poll("a", "completed", 5));

            assertThat(changes.polls()).containsExactly(new PollPlan("a", Priority.KNOWN, true, Optional.empty()));
            assertThat(changes.polls().get(0).isDueAtOnce()).isFalse();
        }

        @Test
        void whoeverWishesNothingLeavesNoPlan() {
            record("a", session("a"));

            assertThat(fold(webhook("a", "pending", 0)).polls()).isEmpty();
        }

        @Test
        void anAnswerAfterANudgeOfTheSameBatchDecidesAlone() {
            record("a", session("a"));
            Observation webhook = webhook("a", "processing", 5);

            assertThat(fold(webhook, askedLater(poll("a", "processing", 5))).polls())
                    .containsExactly(plan("a", Priority.KNOWN, true, Duration.ofSeconds(5)));
            assertThat(fold(webhook, poll("a", "processing", 5)).polls())
                    .containsExactly(plan("a", Priority.NUDGED, true, Duration.ZERO));
        }

        @Test
        void aNudgeAfterAnAnswerOfTheSameBatchHastensIt() {
            record("a", session("a"));

            assertThat(fold(poll("a", "processing", 5), webhook("a", "completed", 9))
                            .polls())
                    .containsExactly(plan("a", Priority.NUDGED, true, Duration.ZERO));
        }

        @Test
        void aNudgeWakesWhatAnAnswerOfTheSameBatchSettled() {
            record("a", session("a"));

            assertThat(fold(poll("a", "completed", 5), webhook("a", "failed", 9))
                            .polls())
                    .containsExactly(plan("a", Priority.NUDGED, true, Duration.ZERO));
        }

        @Test
        void whatComesLaterDoesNotPutItOff() {
            record("a", session("a"));

            assertThat(fold(socket("a", "completed", 5), session("b"), webhook("b", "processing", 5))
                            .polls())
                    .containsExactly(
                            plan("a", Priority.KNOWN, false, Duration.ZERO),
                            plan("b", Priority.NUDGED, false, Duration.ZERO));
            assertThat(fold(webhook("a", "completed", 5), socket("a", "processing", 4))
                            .polls())
                    .containsExactly(plan("a", Priority.NUDGED, false, Duration.ZERO));
        }

        @Test
        void whatComesAfterAnAnswerAndIsNotSoonerChangesNothing() {
            record("a", session("a"));

            assertThat(fold(poll("a", "pending", 0), socket("a", "processing", 5))
                            .polls())
                    .containsExactly(plan("a", Priority.KNOWN, true, Duration.ofSeconds(5)));
        }

        @Test
        void delaysAreSpreadOverTheirWholeRange() {
            RandomGenerator random = new SplittableRandom(42);

            List<Long> delays = Stream.generate(() -> foldWith(random, session("a")))
                    .limit(1_000)
                    .map(changes -> changes.polls().get(0).delay().orElseThrow().toMillis())
                    .toList();

            assertThat(delays).allMatch(millis -> millis >= 5_000 && millis <= 10_000);
            assertThat(delays).anyMatch(millis -> millis < 5_100).anyMatch(millis -> millis > 9_900);
        }

        @Test
        void theLongestDelayIsReached() {
            RandomGenerator patient = new RandomGenerator() {
                @Override
                public long nextLong() {
                    return -1;
                }

                @Override
                public long nextLong(long bound) {
                    return bound - 1;
                }
            };

            assertThat(foldWith(patient, session("a")).polls())
                    .containsExactly(plan("a", Priority.KNOWN, false, Duration.ofSeconds(10)));
        }

        private Observation askedLater(Observation poll) {
            return new Observation(
                    poll.id(),
                    poll.channel(),
                    poll.authoritative(),
                    poll.transactionId(),
                    poll.status(),
                    poll.changedAt(),
                    NOW.plusMillis(1),
                    poll.receivedAt(),
                    poll.details(),
                    false,
                    poll.raw());
        }

        private PollPlan plan(String id, Priority priority, boolean answered, Duration delay) {
            return new PollPlan(id, priority, answered, Optional.of(delay));
        }
    }

    private BatchChanges fold(Observation... batch) {
        return foldWith(EAGER, batch);
    }

    private BatchChanges foldWith(RandomGenerator random, Observation... batch) {
        return new BatchDecider(rules(), random, ARCHIVE_LIMIT, NOW, recorded).of(List.of(batch));
    }

    /** What earlier batches recorded. */
    private void record(String id, Observation... news) {
        fold(news).opened().stream()
                .filter(record -> record.id().equals(id))
                .forEach(record -> recorded.put(id, new Recorded(record, 0)));
    }

    private static LedgerRules rules() {
        return new LedgerRules(LAG_TOLERANCE);
    }

    private Observation session(String id) {
        return observation(Channel.SESSION, true, id, "pending", null, null);
    }

    /** Asked a moment before it is received. */
    private Observation poll(String id, String status, int seconds) {
        return observation(Channel.POLL, true, id, status, at(seconds), NOW.minusMillis(20));
    }

    private Observation socket(String id, String status, int seconds) {
        return observation(Channel.SOCKET, true, id, status, at(seconds), null);
    }

    private Observation webhook(String id, String status, int seconds) {
        return observation(Channel.WEBHOOK, false, id, status, at(seconds), null);
    }

    private Observation observation(
            Channel channel, boolean authoritative, String id, String status, Instant changedAt, Instant askedAt) {
        return new Observation(
                new UUID(0, ++ids),
                channel,
                authoritative,
                id,
                status,
                changedAt,
                askedAt,
                NOW, // A completed has an amount.
                TransactionDetails.NONE.withCryptoAmount("42.60"),
                false,
                "{}");
    }

    private static Instant at(int seconds) {
        return Instant.parse("2026-05-02T08:00:00Z").plusSeconds(seconds);
    }
}
