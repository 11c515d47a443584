package dev.rampgate.books.imports;

import dev.rampgate.database.housekeeping.Sweep;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Deletes the rows of statements that are compared, or were given up while they were received. */
@ApplicationScoped
class RowSweep implements Sweep {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final ImportStore store;

    RowSweep(ImportStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "statement_rows";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Uni<Integer> deleteSome() {
        return store.deleteSome(MOST_ROWS);
    }
}
