package dev.rampgate.session;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Deletes expired rows of one table. {@link Sweeps} repeats it. */
public interface Sweep {

    /** Most rows that one statement deletes. */
    int MOST_ROWS = 500;

    /** For the log. */
    String name();

    /** The pause between two rounds. */
    Duration interval();

    /** Deletes some of the expired rows in one statement, and counts them. A round ends with fewer than {@link #MOST_ROWS}. */
    Uni<Integer> deleteSome();
}
