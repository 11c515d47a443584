package dev.rampgate.privacy;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/** How far the database has seen each file of the erasure ledger: the owner of table {@code erasure_file}. */
@Singleton
class AppliedErasures {

    private final Pool pool;

    AppliedErasures(Pool pool) {
        this.pool = pool;
    }

    /** In bytes from the beginning, by the names of the files. */
    Uni<Map<String, Long>> applied() {
        return pool.query("SELECT name, applied FROM erasure_file").execute().map(rows -> {
            Map<String, Long> applied = new HashMap<>();
            rows.forEach(row -> applied.put(row.getString("name"), row.getLong("applied")));
            return applied;
        });
    }

    /** Remembers that a file is applied up to here. */
    Uni<Void> advance(String name, long end) {
        return pool.preparedQuery("""
                        INSERT INTO erasure_file AS known (name, applied)
                        VALUES ($1, $2)
                        ON CONFLICT (name) DO UPDATE
                        SET applied = greatest(known.applied, excluded.applied)
                        """).execute(Tuple.of(name, end)).replaceWithVoid();
    }
}
