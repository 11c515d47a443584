package dev.rampgate.bench;

import java.time.Duration;

/**
 * How much of everything.
 *
 * @param rounds how often each subject is started, warmed up, measured and ended, in turn with the others
 * @param settle before each measurement, which does not count
 * @param slice how long one measurement takes
 * @param warmUpSlice how long one slice of the warm-up takes; it ends when the last ones agree
 * @param warmUpLimit the longest warm-up of a subject
 * @param compiling the same for one that runs on the JVM, whose compiler needs this long until it takes little processor time
 * @param everySubjectEverywhere whether peers are also measured where they do the same as elsewhere
 * @param ledger transactions that Rampgate knows before anything is measured
 * @param movesBefore transactions that move first and do not count: a new process compiles what it does for the first time
 * @param moves transactions that are followed on the whole way, for each channel
 * @param streams event streams that are open at once
 * @param moved how many of their transactions move
 * @param unsettled transactions that are polled
 * @param delivered events that an endpoint is sent, for its throughput
 */
record Scale(
        String name,
        int rounds,
        Duration settle,
        Duration slice,
        Duration warmUpSlice,
        Duration warmUpLimit,
        Duration compiling,
        boolean everySubjectEverywhere,
        long ledger,
        int movesBefore,
        int moves,
        int streams,
        int moved,
        int unsettled,
        Duration polling,
        int delivered) {

    static final Scale FULL = new Scale(
            "full",
            3,
            seconds(2),
            seconds(8),
            seconds(5),
            seconds(30),
            seconds(90),
            true,
            1_000_000,
            15,
            100,
            5_000,
            5_000,
            10_000,
            seconds(30),
            50_000);
    static final Scale QUICK = new Scale(
            "quick",
            2,
            seconds(1),
            seconds(4),
            seconds(2),
            seconds(10),
            seconds(45),
            false,
            400_000,
            4,
            8,
            5_000,
            1_000,
            10_000,
            seconds(6),
            10_000);
    static final Scale SMOKE = new Scale(
            "smoke",
            1,
            seconds(1),
            seconds(3),
            seconds(1),
            seconds(3),
            seconds(10),
            false,
            1_000,
            2,
            3,
            50,
            20,
            200,
            seconds(3),
            200);

    /** The longest warm-up of this one; a JVM that keeps nothing has little to compile. */
    Duration warmUpLimit(Subject subject) {
        return !subject.child().isJvm() ? warmUpLimit : subject.keepsNothing() ? compilingLittle() : compiling;
    }

    /** How long a JVM needs where there is little to compile, or most of it is compiled already. */
    Duration compilingLittle() {
        return compiling.dividedBy(3);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
