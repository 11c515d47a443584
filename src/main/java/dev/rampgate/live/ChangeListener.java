package dev.rampgate.live;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.database.DatabaseTls;
import dev.rampgate.database.ReplicaId;
import dev.rampgate.eventloop.EventLoop;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Receives from other replicas which transactions changed, on a dedicated database connection. It opens the connection again
 * when it is lost or does not answer. A pooled connection cannot be used: it returns to the pool after each statement.
 */
@ApplicationScoped
class ChangeListener {

    private static final Logger LOG = Logger.getLogger(ChangeListener.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final UUID replica;
    private final DatabaseSettings database;
    private final DatabaseTls tls;
    private final LiveSettings settings;
    private final RandomGenerator random;
    private final EventLoop loop;
    private Runnable onListening;
    private Consumer<Collection<String>> onChanged;
    private PgConnection connection;
    private int failures;
    private boolean stopped;
    private volatile boolean listening;

    ChangeListener(
            Vertx vertx,
            ReplicaId replica,
            DatabaseSettings database,
            DatabaseTls tls,
            LiveSettings settings,
            RandomGenerator random,
            EventLoop loop,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.replica = replica.value();
        this.database = database;
        this.tls = tls;
        this.settings = settings;
        this.random = random;
        this.loop = loop;
        Gauge.builder("rampgate.live.listening", this, listener -> listener.listening ? 1 : 0)
                .description("Whether this replica hears notifications of others; otherwise the fallback finds changes")
                .register(meters);
    }

    /**
     * Starts listening, until {@link #stop()}.
     *
     * @param onListening called each time that listening begins: earlier notifications may be lost
     * @param onChanged called with the ids of transactions that changed at another replica
     */
    void start(Runnable onListening, Consumer<Collection<String>> onChanged) {
        loop.execute(() -> {
            this.onListening = onListening;
            this.onChanged = onChanged;
            connect();
        });
    }

    void stop() {
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
        answered(opened, "LISTEN " + ChangeNotification.CHANNEL)
                .onSuccess(done -> loop.execute(() -> {
                    listening = true;
                    failures = 0;
                    onListening.run();
                    checkPeriodically(opened);
                }));
    }

    private void received(PgNotification notification) {
        ChangeNotification.parse(notification.getPayload())
                .filter(change -> !change.sender().equals(replica))
                .ifPresent(change -> onChanged.accept(change.transactionIds()));
    }

    /** Checks the connection periodically: its peer may have vanished, or may have become a standby, which gets no notifications. */
    private void checkPeriodically(PgConnection opened) {
        loop.schedule(settings.fallbackInterval(), () -> {
            if (connection == opened) {
                answered(opened, "LISTEN " + ChangeNotification.CHANNEL)
                        .onSuccess(done -> loop.execute(() -> checkPeriodically(opened)));
            }
        });
    }

    /**
     * Executes {@code LISTEN}, which is idempotent and which a standby refuses. A connection that fails or does not answer in
     * time is closed.
     */
    private Future<?> answered(PgConnection opened, String statement) {
        return opened.query(statement)
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
                    "Not listening to other replicas; their changes are found every %d s: %s",
                    settings.fallbackInterval().toSeconds(),
                    why == null ? "the connection was lost" : why.getClass().getSimpleName());
        }
        long most = Math.min(LONGEST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(failures, 10));
        failures++;
        loop.schedule(Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1)), this::connect);
    }

    private PgConnectOptions options() {
        PgConnectOptions server = new PgConnectOptions()
                .setHost(database.host().orElseThrow())
                .setPort(database.port())
                .setDatabase(database.name().orElseThrow())
                .setUser(database.user().orElseThrow())
                .setPassword(database.password().orElseThrow())
                .setProperties(Map.of("application_name", "rampgate-listen"));
        server.setConnectTimeout((int) ANSWER_LIMIT.toMillis());
        tls.apply(server);
        return server;
    }
}
