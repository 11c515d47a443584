package dev.rampgate.sandbox.fault;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When and where a fault happens.
 *
 * @param place where it happens
 * @param fault the fault
 * @param times the maximum number of times; null is unlimited
 * @param rate probability, 0 to 1; null is always
 * @param step only while the transaction has this status, or for messages with this status; null is any
 * @param transactionId only for this transaction; null is any
 */
public record FaultRule(Place place, Fault fault, Integer times, Double rate, String step, String transactionId) {

    /** Statuses by which a rule may choose: those of the contract. */
    static final List<String> STEPS = List.of("pending", "processing", "completed", "failed", "cancelled");

    /** Where no transaction is known, so that a rule for one step or one transaction would never apply. */
    private static final Set<Place> WITHOUT_TRANSACTION = Set.of(Place.SESSION_CALL, Place.KYC_CALL);

    public FaultRule {
        if (place == null || fault == null) {
            throw new IllegalArgumentException("a fault rule needs a place and a fault");
        }
        if (!fault.places().contains(place)) {
            throw new IllegalArgumentException("this kind of fault cannot happen at " + place.wireName() + ", only at "
                    + fault.places().stream().map(Place::wireName).sorted().collect(Collectors.joining(", ")));
        }
        if (step != null && !STEPS.contains(step)) {
            throw new IllegalArgumentException("step " + Words.unknown(step, STEPS));
        }
        if ((step != null || transactionId != null) && WITHOUT_TRANSACTION.contains(place)) {
            throw new IllegalArgumentException("a rule for " + place.wireName()
                    + " has neither step nor transaction_id: no transaction is known there");
        }
        if (times != null && times < 1) {
            throw new IllegalArgumentException("times is at least 1, not " + times);
        }
        if (rate != null && !(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("a rate is between 0 and 1, not " + rate);
        }
    }

    /** A rule that always applies, to every transaction. */
    public static FaultRule always(Place place, Fault fault) {
        return new FaultRule(place, fault, null, null, null, null);
    }

    public FaultRule times(int limit) {
        return new FaultRule(place, fault, limit, rate, step, transactionId);
    }

    public FaultRule rate(double probability) {
        return new FaultRule(place, fault, times, probability, step, transactionId);
    }

    public FaultRule step(String status) {
        return new FaultRule(place, fault, times, rate, status, transactionId);
    }

    public FaultRule transaction(String id) {
        return new FaultRule(place, fault, times, rate, step, id);
    }
}
