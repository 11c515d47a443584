package dev.rampgate.bench;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.function.DoubleSupplier;

/**
 * Loads a subject that was just started until its slices agree: compilers have finished, connections are open, caches are full. On a
 * noisy machine they may never agree; then the limit ends it, and the results show it.
 */
final class WarmUp {

    static final String SECONDS = "warm-up seconds";
    static final String STEADY = "warm-up steady";

    /** So many slices in turn must agree. */
    private static final int SLICES = 3;

    /** Between the slowest and the fastest of them, as a share of the fastest. */
    private static final double AGREEMENT = 0.05;

    /** How long a subject may answer nothing, where other processes leave it hardly any processor time. */
    private static final double STARVED_NANOS = 180e9;

    private final Results results;
    private final Scale scale;

    WarmUp(Results results, Scale scale) {
        this.results = results;
        this.scale = scale;
    }

    /** @param slice loads the subject for one slice of the warm-up, and answers its throughput */
    void run(String workload, Subject subject, DoubleSupplier slice) {
        double limit = scale.warmUpLimit(subject).toNanos();
        long start = System.nanoTime();
        Deque<Double> last = new ArrayDeque<>();
        boolean steady = false;
        double answered = 0;
        while (!steady && System.nanoTime() - start < (answered > 0 ? limit : STARVED_NANOS)) {
            answered = slice.getAsDouble();
            last.addLast(answered);
            if (last.size() > SLICES) {
                last.removeFirst();
            }
            steady = last.size() == SLICES
                    && answered > 0
                    && Collections.min(last) >= (1 - AGREEMENT) * Collections.max(last);
        }
        results.add(workload, subject.name(), SECONDS, (System.nanoTime() - start) / 1e9);
        results.add(workload, subject.name(), STEADY, steady ? 1 : 0);
    }
}
