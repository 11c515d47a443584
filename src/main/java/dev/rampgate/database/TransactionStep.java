package dev.rampgate.database;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/** What a caller wants committed together with the work that it asks for: in the same database transaction, or not at all. */
@FunctionalInterface
public interface TransactionStep {

    /** Nothing. */
    TransactionStep NONE = connection -> Uni.createFrom().voidItem();

    /** Runs on the connection of the transaction. If it fails, the transaction is rolled back. */
    Uni<Void> run(SqlConnection connection);
}
