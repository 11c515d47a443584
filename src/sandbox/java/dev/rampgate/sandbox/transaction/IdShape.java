package dev.rampgate.sandbox.transaction;

import java.util.random.RandomGenerator;

/** The two shapes in which the contract shows transaction ids (Proof contract, C13). */
public enum IdShape {
    UUID {
        @Override
        String next(RandomGenerator random) {
            // Version 4, variant 2, out of the injected randomness so that a seed repeats the ids.
            long high = random.nextLong() & 0xffffffffffff0fffL | 0x4000L;
            long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
            return new java.util.UUID(high, low).toString();
        }
    },
    SEVENTEEN_HEX {
        @Override
        String next(RandomGenerator random) {
            return String.format("%016x%x", random.nextLong(), random.nextInt(16));
        }
    };

    abstract String next(RandomGenerator random);
}
