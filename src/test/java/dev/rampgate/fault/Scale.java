package dev.rampgate.fault;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;

/**
 * How much harm the tests of this package do: a few seconds of it in {@code mvn verify}, minutes with {@code -Pfaults},
 * and with {@code -Pnightly} the numbers that are promised. {@code -Dfaults.<name>=N} sets one number alone.
 */
enum Scale {
    VERIFY,
    FAULTS,
    NIGHTLY;

    private static final Scale NOW =
            valueOf(System.getProperty("faults.scale", "verify").toUpperCase(Locale.ROOT));

    /** The number of this name at the present scale. */
    static int of(String name, int verify, int faults, int nightly) {
        int usual =
                switch (NOW) {
                    case VERIFY -> verify;
                    case FAULTS -> faults;
                    case NIGHTLY -> nightly;
                };
        return Integer.getInteger("faults." + name, usual);
    }

    /**
     * How long after a promised time something may come: what is promised is checked at night, on a quiet machine; elsewhere the
     * figures show it, and the test finds what hangs. On two overloaded processors, 78 s were seen after an outage.
     */
    static Duration slack(Duration atNight) {
        return NOW == NIGHTLY ? atNight : atNight.multipliedBy(30);
    }

    /** Printed, so that a run can be repeated by {@code -Dfaults.seed=N}; other processes still take their own time. */
    static Random seeded() {
        long seed = Long.getLong("faults.seed", new Random().nextLong());
        System.out.println("-Dfaults.seed=" + seed);
        return new Random(seed);
    }
}
