package dev.rampgate.ledger;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What the rules remember of a transaction beside where it stands, to know when to ask Proof again and what to publish. Nothing in it is
 * a fact about the transaction.
 *
 * @param nudge a claim that no poll has answered yet; null if there is none
 * @param dissent what polls say against the recorded status; null if they do not
 * @param watchedSince when the watch of a confirmed {@code failed} or {@code cancelled} began; null if there is none
 * @param unknownStatus the last status seen that the contract does not know; null if there was none
 * @param amountUnreadSince since when polls and sockets have left an amount of the recorded status open that they should have
 *     told; null if they have not
 * @param reports when a webhook first claimed a status of the current attempt
 * @param acceptance the observation that led to the recorded status, until a poll confirms it; null if there is none
 * @param contradictions what polls said against a confirmed {@code completed}, the latest by Proof's time, at most
 *     {@value #MOST_CONTRADICTIONS}
 * @param detailsContradicted whether Proof has named another type, currency or network than the recorded one
 */
public record FollowUp(
        Nudge nudge,
        Dissent dissent,
        Instant watchedSince,
        String unknownStatus,
        Instant amountUnreadSince,
        Map<Status, Instant> reports,
        Acceptance acceptance,
        List<Contradiction> contradictions,
        boolean detailsContradicted) {

    /** Most contradictions that are remembered. When there are so many, none that is older than all of them counts as new. */
    public static final int MOST_CONTRADICTIONS = 8;

    /** Nothing remembered. */
    public static final FollowUp NONE = new FollowUp(null, null, null, null, null, Map.of(), null, List.of(), false);

    /**
     * An observation that was accepted before a poll showed its status.
     *
     * @param channel which way it came
     * @param occurredAt Proof's time of the change; null if it gave none
     * @param observedAt when it reached us
     */
    public record Acceptance(Channel channel, Instant occurredAt, Instant observedAt) {}

    /**
     * What a poll said against a confirmed {@code completed}.
     *
     * @param status the status that Proof reported
     * @param updatedAt Proof's time of it
     */
    public record Contradiction(Status status, Instant updatedAt) {}

    /**
     * A claim that changed nothing but made a poll due.
     *
     * @param channel who made it
     * @param status the claimed status; null if the contract does not know it
     * @param changedAt the claimed time of the change; null if it gave none
     * @param receivedAt when it reached us
     * @param answers how many polls asked after it have answered below it
     */
    public record Nudge(Channel channel, Status status, Instant changedAt, Instant receivedAt, int answers) {

        /** Whether both claim the same. */
        boolean repeats(Nudge other) {
            return other != null
                    && channel == other.channel
                    && status == other.status
                    && Objects.equals(changedAt, other.changedAt);
        }

        Nudge answeredBelow() {
            return new Nudge(channel, status, changedAt, receivedAt, answers + 1);
        }
    }

    /**
     * Polls that say something else than what is recorded.
     *
     * @param status what all of them said
     * @param since when the first of them reached us
     * @param polls how many there were
     */
    public record Dissent(Status status, Instant since, int polls) {

        Dissent again() {
            return new Dissent(status, since, polls + 1);
        }
    }

    public FollowUp {
        contradictions = List.copyOf(contradictions);
        reports = reports.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(reports));
    }

    FollowUp withNudge(Nudge next) {
        return new FollowUp(
                next,
                dissent,
                watchedSince,
                unknownStatus,
                amountUnreadSince,
                reports,
                acceptance,
                contradictions,
                detailsContradicted);
    }

    FollowUp withDissent(Dissent next) {
        return new FollowUp(
                nudge,
                next,
                watchedSince,
                unknownStatus,
                amountUnreadSince,
                reports,
                acceptance,
                contradictions,
                detailsContradicted);
    }

    FollowUp withWatchedSince(Instant next) {
        return new FollowUp(
                nudge,
                dissent,
                next,
                unknownStatus,
                amountUnreadSince,
                reports,
                acceptance,
                contradictions,
                detailsContradicted);
    }

    FollowUp withUnknownStatus(String next) {
        return new FollowUp(
                nudge,
                dissent,
                watchedSince,
                next,
                amountUnreadSince,
                reports,
                acceptance,
                contradictions,
                detailsContradicted);
    }

    FollowUp withAmountUnreadSince(Instant next) {
        return new FollowUp(
                nudge,
                dissent,
                watchedSince,
                unknownStatus,
                next,
                reports,
                acceptance,
                contradictions,
                detailsContradicted);
    }

    FollowUp withReport(Status status, Instant at) {
        Map<Status, Instant> more = new EnumMap<>(Status.class);
        more.putAll(reports);
        more.putIfAbsent(status, at);
        return new FollowUp(
                nudge,
                dissent,
                watchedSince,
                unknownStatus,
                amountUnreadSince,
                more,
                acceptance,
                contradictions,
                detailsContradicted);
    }

    FollowUp withAcceptance(Acceptance next) {
        return new FollowUp(
                nudge,
                dissent,
                watchedSince,
                unknownStatus,
                amountUnreadSince,
                reports,
                next,
                contradictions,
                detailsContradicted);
    }

    /** Remembers what it does not know yet; of too many the oldest are forgotten, and then count as known. */
    FollowUp withContradiction(Contradiction next) {
        boolean full = contradictions.size() == MOST_CONTRADICTIONS;
        if (contradictions.contains(next)
                || full && !next.updatedAt().isAfter(contradictions.get(0).updatedAt())) {
            return this;
        }
        List<Contradiction> more = Stream.concat(contradictions.stream(), Stream.of(next))
                .sorted(Comparator.comparing(Contradiction::updatedAt).thenComparing(Contradiction::status))
                .skip(full ? 1 : 0)
                .toList();
        return new FollowUp(
                nudge,
                dissent,
                watchedSince,
                unknownStatus,
                amountUnreadSince,
                reports,
                acceptance,
                more,
                detailsContradicted);
    }

    FollowUp withDetailsContradicted() {
        return new FollowUp(
                nudge,
                dissent,
                watchedSince,
                unknownStatus,
                amountUnreadSince,
                reports,
                acceptance,
                contradictions,
                true);
    }

    /** After an accepted change: polls have not contradicted it yet, and no watch runs. */
    FollowUp afterChange() {
        return new FollowUp(nudge, null, null, null, null, reports, null, contradictions, detailsContradicted);
    }

    /** After a correction: what webhooks claimed belongs to the attempt before. */
    FollowUp afterCorrection() {
        return new FollowUp(nudge, null, null, null, null, Map.of(), null, contradictions, detailsContradicted);
    }
}
