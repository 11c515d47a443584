package dev.rampgate.database.housekeeping;

import io.smallrye.mutiny.Uni;

/** Deletes expired rows of one table. Several replicas may do so at once. */
public interface Sweep extends HousekeepingJob {

    /** Most rows that one statement deletes. */
    int MOST_ROWS = 500;

    /** Deletes some of the expired rows in one statement, and counts them. A run ends with fewer than {@link #MOST_ROWS}. */
    Uni<Integer> deleteSome();

    /** Repeats the statement as long as it deletes as many rows as it may. */
    @Override
    default Uni<Void> run() {
        return deleteSome()
                .repeat()
                .until(deleted -> deleted < MOST_ROWS)
                .onItem()
                .ignoreAsUni();
    }
}
