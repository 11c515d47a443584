package dev.rampgate.backoffice;

import dev.rampgate.database.ShareFullException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** Reading the pages of an export. */
final class ExportPages {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;

    private ExportPages() {}

    /** Reads the page again if the database is busy, so that a short wait does not end an export. */
    static <T> Uni<T> patiently(Uni<T> page) {
        return page.onFailure(ShareFullException.class)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .atMost(ATTEMPTS);
    }
}
