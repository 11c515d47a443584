package dev.rampgate.bench;

import java.time.Duration;

/**
 * How much of everything.
 *
 * @param rounds how often each slice of the closed load is repeated, in turn with the others
 * @param openRounds how often one of the open load is
 * @param settle before each slice of the closed load, so that what was suspended is warm again
 * @param wakeUp the same for the open load, whose slowest answers are what is measured: whoever was suspended finds its
 *     database connections closed for their silence, and has to make up for that first
 * @param slice how long one measurement takes
 * @param warmUp once for each subject
 * @param compiling the same for one that runs on the JVM, whose compiler needs this long until it takes little processor time
 * @param everySubjectEverywhere whether peers are also measured where they do the same as elsewhere
 * @param ledger transactions that Rampgate knows before anything is measured, enough for all webhooks that will come
 * @param movesBefore transactions that move first and do not count: a new process compiles what it does for the first time
 * @param moves transactions that are followed on the whole way, for each channel
 * @param streams event streams that are open at once
 * @param moved how many of their transactions move
 * @param unsettled transactions that are polled
 */
record Scale(
        String name,
        int rounds,
        int openRounds,
        Duration settle,
        Duration wakeUp,
        Duration slice,
        Duration warmUp,
        Duration compiling,
        boolean everySubjectEverywhere,
        long ledger,
        int movesBefore,
        int moves,
        int streams,
        int moved,
        int unsettled,
        Duration polling) {

    static final Scale FULL = new Scale(
            "full",
            4,
            4,
            seconds(2),
            seconds(6),
            seconds(5),
            seconds(5),
            seconds(60),
            true,
            1_000_000,
            15,
            100,
            5_000,
            5_000,
            10_000,
            seconds(30));
    static final Scale QUICK = new Scale(
            "quick",
            2,
            1,
            seconds(1),
            seconds(5),
            seconds(3),
            seconds(3),
            seconds(30),
            false,
            400_000,
            4,
            8,
            5_000,
            1_000,
            10_000,
            seconds(6));
    static final Scale SMOKE = new Scale(
            "smoke",
            1,
            1,
            seconds(1),
            seconds(1),
            seconds(1),
            seconds(1),
            seconds(3),
            false,
            1_000,
            2,
            3,
            50,
            20,
            200,
            seconds(3));

    /** How long this one is warmed up. */
    Duration warmUp(Subject subject) {
        return !subject.child().isJvm() ? warmUp : subject.keepsNothing() ? compilingLittle() : compiling;
    }

    /** How long a JVM needs where there is little to compile, or most of it is compiled already. */
    Duration compilingLittle() {
        return compiling.dividedBy(3);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
