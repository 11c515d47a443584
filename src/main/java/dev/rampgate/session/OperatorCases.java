package dev.rampgate.session;

import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofFailure.Kind;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts what Proof refuses until the company and Proof have talked, by the pair it was about (Proof contract, section 9,
 * G14). Users choose the pairs, so only so many get a label of their own.
 */
@ApplicationScoped
class OperatorCases {

    static final int MOST_PAIRS = 50;
    static final String OTHER = "other";

    private static final Set<Kind> MATTERS_OF_PAIR =
            EnumSet.of(Kind.CURRENCY_NOT_ALLOWED, Kind.WALLET_NOT_SUPPORTED, Kind.SELL_NOT_ENABLED);

    private final MeterRegistry meters;
    private final Set<String> pairs = new HashSet<>();

    OperatorCases(MeterRegistry meters) {
        this.meters = meters;
    }

    void count(SessionRequest request, ProofFailure failure) {
        if (MATTERS_OF_PAIR.contains(failure.kind())) {
            meters.counter(
                            "rampgate.operator.cases",
                            "kind",
                            failure.kind().wireName(),
                            "pair",
                            label(request.currency() + "/" + request.network()))
                    .increment();
        }
    }

    private synchronized String label(String pair) {
        if (pairs.size() < MOST_PAIRS) {
            pairs.add(pair);
        }
        return pairs.contains(pair) ? pair : OTHER;
    }
}
