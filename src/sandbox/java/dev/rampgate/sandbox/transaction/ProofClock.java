package dev.rampgate.sandbox.transaction;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The simulated host's clock: the injected one, plus a skew that a test may set, in the precision Proof prints. */
public final class ProofClock implements InstantSource {

    private final InstantSource source;
    private final ChronoUnit precision;
    private final AtomicReference<Duration> skew = new AtomicReference<>(Duration.ZERO);

    /** @param precision {@code SECONDS} as in the contract's examples, or {@code MILLIS} */
    public ProofClock(InstantSource source, ChronoUnit precision) {
        this.source = source;
        this.precision = precision;
    }

    @Override
    public Instant instant() {
        return source.instant().plus(skew.get()).truncatedTo(precision);
    }

    /** The time of a change that follows one at {@code previous}: two changes in one millisecond stay in order. */
    Instant after(Instant previous) {
        Instant now = instant();
        return precision == ChronoUnit.MILLIS && now.equals(previous) ? now.plusMillis(1) : now;
    }

    /** Time of the machine, without skew, for the simulator's own journal. */
    public Instant unskewed() {
        return source.instant();
    }

    /** How far Proof's clock is ahead of ours; negative if behind. */
    public void skew(Duration ahead) {
        skew.set(ahead);
    }

    public Duration skew() {
        return skew.get();
    }
}
