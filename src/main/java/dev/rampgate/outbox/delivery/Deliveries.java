package dev.rampgate.outbox.delivery;

import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.outbox.OutboxSettings;
import dev.rampgate.outbox.Sequencer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Starts and stops the deliveries to all endpoints of the settings. Without endpoints it does nothing. */
@ApplicationScoped
public class Deliveries {

    private final OutboxSettings settings;
    private final Pool pool;
    private final ConnectionShares shares;
    private final Sequencer sequencer;
    private final Instance<EventLoop> loops;
    private final Vertx vertx;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final MeterRegistry meters;
    private final List<EndpointDeliveries> all = new ArrayList<>();
    private final Runnable wake = () -> all.forEach(EndpointDeliveries::wake);
    private List<Endpoint> endpoints = List.of();
    private SecretsFiles secrets;
    private long timer;

    Deliveries(
            OutboxSettings settings,
            Pool pool,
            ConnectionShares shares,
            Sequencer sequencer,
            Instance<EventLoop> loops,
            Vertx vertx,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.settings = settings;
        this.pool = pool;
        this.shares = shares;
        this.sequencer = sequencer;
        this.loops = loops;
        this.vertx = vertx;
        this.clock = clock;
        this.random = random;
        this.meters = meters;
    }

    /** Fails startup if an endpoint cannot be used, before a port is open. */
    void onStart(@Observes @Priority(1) StartupEvent start) {
        if (settings.endpoints().isEmpty()) {
            return;
        }
        EndpointChecks.Checked checked = EndpointChecks.check(settings);
        endpoints = checked.endpoints();
        secrets = new SecretsFiles(checked.secrets(), vertx, meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        if (endpoints.isEmpty()) {
            return;
        }
        DeliveryStore store = new DeliveryStore(pool);
        for (Endpoint endpoint : endpoints) {
            all.add(new EndpointDeliveries(
                    endpoint,
                    store,
                    shares.deliveries(),
                    new WebhookSender(endpoint, secrets, vertx, clock)::post,
                    loops.get(),
                    random,
                    new DeliveryMetrics(endpoint.name(), clock, meters)));
        }
        sequencer.addListener(wake);
        timer = vertx.setPeriodic(SecretsFiles.INTERVAL.toMillis(), tick -> endpoints.forEach(secrets::reload));
        all.forEach(EndpointDeliveries::start);
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        stop();
    }

    /** Nothing more is claimed; what is being sent is marked. */
    public void stop() {
        sequencer.removeListener(wake);
        vertx.cancelTimer(timer);
        all.forEach(EndpointDeliveries::stop);
    }

    /** Whether everything that was being sent has been marked. */
    public boolean isStopped() {
        return all.stream().allMatch(EndpointDeliveries::isStopped);
    }
}
