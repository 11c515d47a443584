package dev.rampgate.outbox.delivery;

import dev.rampgate.simulation.PostgresServer;
import java.util.List;

/** A bug that is planted on purpose, to see that the simulation of deliveries finds it. */
enum DeliveryBug {
    /** The service as it is. */
    NONE,
    /** A delivery is marked as done when its attempt begins (breaks O2). */
    MARK_BEFORE_SEND,
    /** Each further attempt has an id of its own (breaks O3). */
    NEW_ID_PER_ATTEMPT(
            new Edit(
                    "SELECT claimed.*, event.id, event.body",
                    "SELECT claimed.*, event.body, event.id || CASE WHEN claimed.attempts = 0 THEN '' ELSE '_again' END AS id")),
    /** The times of the events say which comes first, not their places (breaks O2). */
    ORDER_BY_TIME(
            new Edit("ORDER BY following.position", "ORDER BY following.event_at"),
            new Edit(
                    "PARTITION BY transaction_id ORDER BY position",
                    "PARTITION BY transaction_id ORDER BY created_at")),
    /** What a receiver answers by 410 is dropped (breaks O2). */
    DROP_ON_DISABLE(
            new Edit("AND held.step = 'done'", "AND (held.step = 'done' OR held.outcome = 'gone')"),
            new Edit("AND held.step <> 'done'", "AND held.step <> 'done' AND held.outcome <> 'gone'"),
            new Edit("WHERE held.step <> 'retry'", "WHERE (held.step <> 'retry' OR held.outcome = 'gone')")),
    /** An endpoint gets what is placed while a replica knows it, and not what was placed before that replica came (breaks O2). */
    MADE_ONLY_BY_WHO_KNOWS_THE_ENDPOINT(
            new Edit("SET types = excluded.types,", "SET position = excluded.position, types = excluded.types,")),
    /** A replica that hung goes on after its lease as if nothing had happened (breaks the lease). */
    ZOMBIE_RELAY(new Edit("AND delivery.claim = given.claim", "AND given.claim IS NOT NULL")),
    /** While the circuit of one endpoint is open, the others wait (breaks O4). */
    ONE_DEAD_ENDPOINT_STOPS_ALL(new Edit(
            "WHEN endpoint.open_since IS NULL",
            "WHEN NOT EXISTS (SELECT FROM endpoint AS other WHERE other.open_since IS NOT NULL)"));

    private record Edit(String of, String to) {}

    private final List<Edit> edits;

    DeliveryBug(Edit... edits) {
        this.edits = List.of(edits);
    }

    void plantInto(PostgresServer server) {
        server.rewrite(statement -> {
            String changed = statement;
            for (Edit edit : edits) {
                changed = changed.replace(edit.of(), edit.to());
            }
            return changed;
        });
    }
}
