package dev.rampgate.books.drift;

import dev.rampgate.database.housekeeping.HousekeepingJob;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Compares open breaks with the record again and again: what it has followed meanwhile is resolved. */
@ApplicationScoped
class BreakReview implements HousekeepingJob {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Breaks of one run, so that ten thousand open ones take minutes. */
    private static final int MOST = 500;

    private final BreakStore store;

    BreakReview(BreakStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "break_review";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Uni<Void> run() {
        return store.review(MOST).replaceWithVoid();
    }
}
