package dev.rampgate.reconcile;

import dev.rampgate.ledger.Alarm;
import dev.rampgate.ledger.AmountRevision;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.pollqueue.PollPlan;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What one batch changes, all observations of a transaction folded one after the other, so that each transaction is
 * written once.
 *
 * @param opened transactions to write for the first time, sorted by id
 * @param records transactions of which all is to be written, sorted by id
 * @param followUps transactions of which nothing but the follow-up is to be written, sorted by id
 * @param transitions accepted status changes, by transaction in order
 * @param marks times learned about transitions
 * @param events facts for other systems, by transaction in order of their versions
 * @param revisions what transactions are worth in the books, by transaction in order
 * @param archive observations for the archive, with their outcomes
 * @param polls when to ask again, at most one per transaction, sorted by id
 * @param alarms findings that an operator must look into
 * @param outcomes what became of each observation, by its id
 * @param outcomesByChannel number of observations by channel and outcome
 */
public record BatchChanges(
        List<TransactionRecord> opened,
        List<TransactionRecord> records,
        List<TransactionRecord> followUps,
        List<Transition> transitions,
        List<TransitionMark> marks,
        List<Event> events,
        List<AmountRevision> revisions,
        List<Archived> archive,
        List<PollPlan> polls,
        List<Raised> alarms,
        Map<UUID, Outcome> outcomes,
        Map<ChannelOutcome, Long> outcomesByChannel) {

    /** For counting. */
    public record ChannelOutcome(Channel channel, Outcome outcome) {}

    /** An observation for the archive. */
    public record Archived(Observation observation, Outcome outcome) {}

    /** An alarm and the observation that raised it. */
    public record Raised(Alarm alarm, Observation observation) {}
}
