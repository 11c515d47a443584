package dev.rampgate.ledger;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the rules made of one observation.
 *
 * @param outcome what became of it
 * @param record the transaction afterwards; none if it is still unknown
 * @param transitions the accepted status changes, at most one
 * @param marks times learned about earlier transitions
 * @param alarms what an operator should hear of
 * @param wish when to ask Proof next
 * @param archived whether the observation is worth a row in the archive
 */
public record Decision(
        Outcome outcome,
        Optional<TransactionRecord> record,
        List<Transition> transitions,
        List<TransitionMark> marks,
        Set<Alarm> alarms,
        PollWish wish,
        boolean archived) {

    Decision withOutcome(Outcome next) {
        return new Decision(next, record, transitions, marks, alarms, wish, archived);
    }

    Decision withRecord(TransactionRecord next) {
        return new Decision(outcome, Optional.of(next), transitions, marks, alarms, wish, archived);
    }

    Decision withMark(TransitionMark mark) {
        return new Decision(outcome, record, transitions, List.of(mark), alarms, wish, archived);
    }

    Decision withAlarm(Alarm alarm) {
        EnumSet<Alarm> more = EnumSet.of(alarm);
        more.addAll(alarms);
        return new Decision(outcome, record, transitions, marks, more, wish, archived);
    }
}
