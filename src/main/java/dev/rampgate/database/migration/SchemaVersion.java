package dev.rampgate.database.migration;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.inject.Singleton;

/**
 * Whether the database has the tables that this build needs, by the history that Flyway keeps. Asking costs one statement
 * of the reactive client, while Flyway and JDBC cost more of a start than everything else together.
 */
@Singleton
class SchemaVersion {

    /** The newest file of {@code db/migration}. Flyway applies them in order, so who has it has all. */
    static final String NEEDED = "22"; // V22__newest_versions.sql

    private static final String UNDEFINED_TABLE = "42P01";

    private final Pool pool;

    SchemaVersion(Pool pool) {
        this.pool = pool;
    }

    /** False also for a database without a history; fails if the database does not answer. */
    Uni<Boolean> isThere() {
        return pool.preparedQuery("""
                        SELECT EXISTS (SELECT
                                       FROM flyway_schema_history
                                       WHERE version = $1 AND success) AS there
                        """)
                .execute(Tuple.of(NEEDED))
                .map(rows -> rows.iterator().next().getBoolean("there"))
                .onFailure(SchemaVersion::isWithoutHistory)
                .recoverWithItem(false);
    }

    private static boolean isWithoutHistory(Throwable failure) {
        return failure instanceof PgException refused && UNDEFINED_TABLE.equals(refused.getSqlState());
    }
}
