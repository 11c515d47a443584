package dev.rampgate.database;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How the connections of the pool are shared. What users can ask for as often as they like has a share; the rest, at least
 * two tenths, is for what must go on: the stream, polls, sockets.
 */
@Singleton
public class ConnectionShares {

    private static final int TENTHS_FOR_READS = 4;
    private static final int TENTHS_FOR_SESSIONS = 3;
    private static final int TENTHS_FOR_DELIVERIES = 1;

    /** Within those for reads. */
    private static final int TENTHS_FOR_FEED = 2;

    /** Within those for reads. */
    private static final int TENTHS_FOR_BACK_OFFICE = 1;

    private final ConnectionShare reads;
    private final ConnectionShare sessions;
    private final ConnectionShare deliveries;
    private final ConnectionShare feed;
    private final StatementTurns backOffice;

    @Inject
    public ConnectionShares(
            Vertx vertx,
            @ConfigProperty(name = "rampgate.database.max-connections") int connections,
            MeterRegistry meters) {
        this.reads = new ConnectionShare("read", share(connections, TENTHS_FOR_READS), vertx, meters);
        this.sessions = new ConnectionShare("session", share(connections, TENTHS_FOR_SESSIONS), vertx, meters);
        this.deliveries = new ConnectionShare("delivery", share(connections, TENTHS_FOR_DELIVERIES), vertx, meters);
        this.feed = new ConnectionShare("feed", share(connections, TENTHS_FOR_FEED), vertx, meters);
        this.backOffice = new Nested(
                new ConnectionShare("back_office", share(connections, TENTHS_FOR_BACK_OFFICE), vertx, meters), reads);
    }

    private static int share(int connections, int tenths) {
        return Math.max(1, connections * tenths / 10);
    }

    /** For users who read their transactions. */
    public ConnectionShare reads() {
        return reads;
    }

    /**
     * The outcome of a statement of another system that reads the feed of events. It takes its turn among the users' reads, too, and such
     * statements have at most half of those, so that they delay neither the ledger nor users.
     */
    public <T> Uni<T> withinFeed(Supplier<Uni<T>> statement) {
        return feed.within(() -> reads.within(statement));
    }

    /** For what a session keeps beside the ledger: idempotency keys and hand-offs. */
    public ConnectionShare sessions() {
        return sessions;
    }

    /** For the rounds of the webhooks to endpoints. */
    public ConnectionShare deliveries() {
        return deliveries;
    }

    /**
     * For actors who search, export and read cases. They take their turns among the users' reads, too, and have at most a quarter of those.
     */
    public StatementTurns backOffice() {
        return backOffice;
    }

    private record Nested(ConnectionShare inner, ConnectionShare outer) implements StatementTurns {
        @Override
        public <T> Uni<T> within(Supplier<Uni<T>> statement) {
            return inner.within(() -> outer.within(statement));
        }
    }
}
