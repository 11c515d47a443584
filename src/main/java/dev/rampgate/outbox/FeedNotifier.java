package dev.rampgate.outbox;

import dev.rampgate.database.ReplicaId;
import dev.rampgate.eventloop.EventLoop;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/**
 * Notifies the other replicas that events got their places, so that who waits there looks at once. A statement of its own after
 * the commit, as {@code ChangePublisher} does (decision 0025). Without it the others look at {@code rampgate.outbox.interval}.
 */
@ApplicationScoped
class FeedNotifier {

    static final String CHANNEL = "rampgate_feed";

    /** What is placed meanwhile goes with the same notification. */
    private static final Duration LINGER = Duration.ofMillis(5);

    private final Pool pool;
    private final String sender;
    private final EventLoop loop;
    /** Both change on the loop only. */
    private boolean sending;

    private boolean again;

    FeedNotifier(Pool pool, ReplicaId replica, EventLoop loop) {
        this.pool = pool;
        this.sender = replica.value().toString();
        this.loop = loop;
    }

    /** Call it after the commit; safe from any thread. */
    void placed() {
        loop.execute(() -> {
            again = true;
            sendLater();
        });
    }

    boolean isOwn(String payload) {
        return sender.equals(payload);
    }

    /** One statement at a time. */
    private void sendLater() {
        if (again && !sending) {
            sending = true;
            again = false;
            loop.schedule(LINGER, this::send);
        }
    }

    private void send() {
        pool.preparedQuery("SELECT pg_notify($1, $2)")
                .execute(Tuple.of(CHANNEL, sender))
                .emitOn(loop)
                .subscribe()
                .with(sent -> sent(), unsent -> sent());
    }

    private void sent() {
        sending = false;
        sendLater();
    }
}
