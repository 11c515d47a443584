package dev.rampgate.database;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Receives notifications of other replicas for every {@link NotificationSubscriber}, on one dedicated database connection. It opens
 * the connection again when it is lost or does not answer. A pooled connection cannot be used: it returns to the pool after each
 * statement.
 */
@ApplicationScoped
class NotificationListener {

    private static final Logger LOG = Logger.getLogger(NotificationListener.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final DatabaseSettings database;
    private final DatabaseTls tls;
    private final RandomGenerator random;
    private final EventLoop loop;
    private final List<NotificationSubscriber> subscribers;
    private final String listen;
    private PgConnection connection;
    private int failures;
    private boolean stopped;
    private volatile boolean listening;

    NotificationListener(
            Vertx vertx,
            DatabaseSettings database,
            DatabaseTls tls,
            RandomGenerator random,
            EventLoop loop,
            @All List<NotificationSubscriber> subscribers,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.database = database;
        this.tls = tls;
        this.random = random;
        this.loop = loop;
        this.subscribers = subscribers;
        this.listen = subscribers.stream()
                .map(subscriber -> "LISTEN " + subscriber.channel())
                .collect(Collectors.joining("; "));
        Gauge.builder("rampgate.live.listening", this, listener -> listener.listening ? 1 : 0)
                .description("Whether this replica hears notifications of others; otherwise the fallback finds changes")
                .register(meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        loop.execute(this::connect);
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        loop.execute(() -> {
            stopped = true;
            if (connection != null) {
                connection.close();
            }
        });
    }

    // --- everything below runs on the event loop

    private void connect() {
        if (stopped) {
            return;
        }
        PgConnection.connect(vertx, options())
                .onSuccess(opened -> loop.execute(() -> listen(opened)))
                .onFailure(refused -> loop.execute(() -> connectLater(refused)));
    }

    private void listen(PgConnection opened) {
        if (stopped) {
            opened.close();
            return;
        }
        connection = opened;
        opened.notificationHandler(this::received);
        opened.closeHandler(closed -> loop.execute(() -> lost(opened)));
        answered(opened)
                .onSuccess(done -> loop.execute(() -> {
                    listening = true;
                    failures = 0;
                    subscribers.forEach(NotificationSubscriber::listening);
                    checkPeriodically(opened);
                }));
    }

    private void received(PgNotification notification) {
        subscribers.stream()
                .filter(subscriber -> subscriber.channel().equals(notification.getChannel()))
                .forEach(subscriber -> subscriber.received(notification.getPayload()));
    }

    /** Checks the connection periodically: its peer may have vanished, or may have become a standby, which gets no notifications. */
    private void checkPeriodically(PgConnection opened) {
        loop.schedule(CHECK_INTERVAL, () -> {
            if (connection == opened) {
                answered(opened).onSuccess(done -> loop.execute(() -> checkPeriodically(opened)));
            }
        });
    }

    /**
     * Executes {@code LISTEN}, which is idempotent and which a standby refuses. A connection that fails or does not answer in
     * time is closed.
     */
    private Future<?> answered(PgConnection opened) {
        return opened.query(listen)
                .execute()
                .timeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(silent -> {
                    opened.close();
                    loop.execute(() -> lost(opened));
                });
    }

    private void lost(PgConnection closed) {
        if (connection == closed) {
            connection = null;
            listening = false;
            connectLater(null);
        }
    }

    private void connectLater(Throwable why) {
        if (stopped) {
            return;
        }
        if (failures == 0) {
            LOG.warnf(
                    "Not listening to other replicas; their changes are found without notifications, but later: %s",
                    why == null ? "the connection was lost" : why.getClass().getSimpleName());
        }
        long most = Math.min(LONGEST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(failures, 10));
        failures++;
        loop.schedule(Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1)), this::connect);
    }

    private PgConnectOptions options() {
        PgConnectOptions server = new PgConnectOptions()
                .setHost(database.directHost().or(database::host).orElseThrow())
                .setPort(database.directPort().orElse(database.port()))
                .setDatabase(database.name().orElseThrow())
                .setUser(database.user().orElseThrow())
                .setPassword(database.password().orElseThrow())
                .setProperties(Map.of("application_name", "rampgate-listen"));
        server.setConnectTimeout((int) ANSWER_LIMIT.toMillis());
        tls.apply(server);
        return server;
    }
}
