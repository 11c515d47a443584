package dev.rampgate.database.housekeeping;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Work that is repeated at an interval and that nothing wakes. {@link Housekeeping} runs every bean of this type. */
public interface HousekeepingJob {

    /** Names the job for the scheduler, the log and the metric. Unique; words in lower case, joined by {@code _}. */
    String name();

    /** From the start of one run to the start of the next; the scheduler rounds it up to whole seconds. */
    Duration interval();

    /** One run. It is skipped while the one before runs. Its failure is logged and counted, and the next run comes all the same. */
    Uni<Void> run();
}
