package dev.rampgate.database;

import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/** Where statements of one kind wait for their turn at a connection. Safe from any thread. */
public interface StatementTurns {

    /** The outcome of a statement, sent when it is its turn; fails with {@link ShareFullException} if too many wait. */
    <T> Uni<T> within(Supplier<Uni<T>> statement);
}
