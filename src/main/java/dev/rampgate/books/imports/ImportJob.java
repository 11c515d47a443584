package dev.rampgate.books.imports;

import dev.rampgate.database.housekeeping.HousekeepingJob;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Compares imported statements with the record, part by part, at whichever replica finds one. */
@ApplicationScoped
class ImportJob implements HousekeepingJob {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ImportStore store;

    ImportJob(ImportStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "statement_comparison";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Uni<Void> run() {
        return store.compareSome().repeat().until(more -> !more).onItem().ignoreAsUni();
    }
}
