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
 * @param alarms findings that an operator must look into
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

    /** A decision about a recorded transaction that keeps the observation in the archive and raises no alarm. */
    static Decision of(Outcome outcome, TransactionRecord record, PollWish wish) {
        return new Decision(outcome, Optional.of(record), List.of(), List.of(), Set.of(), wish, true);
    }

    /** A decision about a transaction that stays unknown: nothing is recorded, the observation is not archived. */
    static Decision ofUnknown(Outcome outcome, PollWish wish) {
        return new Decision(outcome, Optional.empty(), List.of(), List.of(), Set.of(), wish, false);
    }

    Decision withTransition(Transition transition) {
        return new Decision(outcome, record, List.of(transition), marks, alarms, wish, archived);
    }

    /** @param worth whether the observation is worth a row in the archive */
    Decision withArchived(boolean worth) {
        return new Decision(outcome, record, transitions, marks, alarms, wish, worth);
    }

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
