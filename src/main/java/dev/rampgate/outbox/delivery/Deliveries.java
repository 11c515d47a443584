package dev.rampgate.outbox.delivery;

import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.migration.Preparation;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.outbox.OutboxSettings;
import dev.rampgate.outbox.Sequencer;
import dev.rampgate.outbox.delivery.DeliveryFigures.Figures;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Starts and stops the deliveries to all endpoints of the settings. Without endpoints it does nothing. A replica is ready only once the database
 * knows its endpoints: each event that is committed from then on is sent to them.
 */
@ApplicationScoped
public class Deliveries implements Preparation {

    private static final Duration TOO_OLD = Duration.ofMinutes(2);

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
    private final Map<String, WebhookSender> senders = new ConcurrentHashMap<>();
    private final Map<String, DeliveryMetrics> metrics = new ConcurrentHashMap<>();
    private volatile Map<String, Figures> figures = Map.of();
    private List<Endpoint> endpoints = List.of();
    private SecretsFiles secrets;

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
        endpoints.forEach(
                endpoint -> metrics.put(endpoint.name(), new DeliveryMetrics(endpoint.name(), clock, meters)));
        secrets = new SecretsFiles(endpoints, checked.secrets(), vertx, meters);
    }

    @Override
    public String failure() {
        return "The endpoints that get events could not be registered in the database";
    }

    /** Locks endpoints in the order of their names, as all statements that lock several do. */
    @Override
    public Uni<Void> prepare() {
        DeliveryStore store = new DeliveryStore(pool);
        return Multi.createFrom()
                .iterable(endpoints.stream()
                        .sorted(Comparator.comparing(Endpoint::name))
                        .toList())
                .onItem()
                .transformToUniAndConcatenate(endpoint -> store.register(endpoint.name(), endpoint.typeNames()))
                .onItem()
                .ignoreAsUni();
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        if (endpoints.isEmpty()) {
            return;
        }
        DeliveryStore store = new DeliveryStore(pool);
        for (Endpoint endpoint : endpoints) {
            WebhookSender sender = new WebhookSender(endpoint, secrets, vertx, clock);
            senders.put(endpoint.name(), sender);
            register(endpoint.name());
            all.add(new EndpointDeliveries(
                    endpoint,
                    store,
                    shares.deliveries(),
                    sender::post,
                    loops.get(),
                    random,
                    metrics.get(endpoint.name())));
        }
        sequencer.addListener(wake);
        secrets.start();
        all.forEach(EndpointDeliveries::start);
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        stop();
    }

    /** Nothing more is claimed; what is being sent is marked. */
    public void stop() {
        sequencer.removeListener(wake);
        if (secrets != null) {
            secrets.stop();
        }
        all.forEach(EndpointDeliveries::stop);
    }

    /** Whether everything that was being sent has been marked. */
    public boolean isStopped() {
        return all.stream().allMatch(EndpointDeliveries::isStopped);
    }

    // --- for those who look on

    /** Of this replica's settings. */
    List<String> names() {
        return endpoints.stream().map(Endpoint::name).toList();
    }

    boolean knows(String name) {
        return names().contains(name);
    }

    void wake() {
        wake.run();
    }

    /** Those that get provisional events, and are neither paused nor away as far as this replica knows. */
    List<Endpoint> provisionalEndpoints() {
        return endpoints.stream()
                .filter(Endpoint::provisional)
                .filter(endpoint -> {
                    Figures read = figures.get(endpoint.name());
                    return read == null || !read.paused() && !read.open();
                })
                .toList();
    }

    /** Sends an event once, without a mark of what became of it; empty until deliveries have begun. Call it on an event loop. */
    Optional<Uni<WebhookSender.Answer>> sendOnce(Endpoint endpoint, String id, String body) {
        return Optional.ofNullable(senders.get(endpoint.name())).map(sender -> sender.post(id, body));
    }

    /** Sends a test event at once; empty if this replica does not have the endpoint. Call it on an event loop. */
    Optional<Uni<WebhookSender.Answer>> test(String name) {
        String id = "evt_test_" + HexFormat.of().toHexDigits(random.nextLong());
        String body = new JsonObject()
                .put("type", "endpoint.test")
                .put("timestamp", clock.instant().toString())
                .put("data", new JsonObject().put("endpoint", name).put("livemode", settings.livemode()))
                .encode();
        return Optional.ofNullable(senders.get(name)).map(sender -> sender.post(id, body));
    }

    /** Alarms that an endpoint of this replica's settings will never get so many events. */
    void lost(String name, long number) {
        metrics.get(name).missed(number);
    }

    void show(Map<String, Figures> read) {
        figures = Map.copyOf(read);
    }

    private void register(String name) {
        gauge(Gauge.builder("rampgate.outbox.delivery.age.seconds", this, figure(name, Figures::ageSeconds))
                .description("How long the oldest event has waited that is neither delivered nor parked")
                .tag("endpoint", name));
        gauge(Gauge.builder("rampgate.outbox.delivery.parked", this, figure(name, Figures::parked))
                .description("Deliveries that used up their attempts and wait for an operator")
                .tag("endpoint", name));
        gauge(Gauge.builder("rampgate.outbox.endpoint.paused", this, figure(name, one -> one.paused() ? 1 : 0))
                .description("1 while an endpoint is paused")
                .tag("endpoint", name));
        gauge(Gauge.builder("rampgate.outbox.endpoint.circuit.open", this, figure(name, one -> one.open() ? 1 : 0))
                .description("1 while an endpoint gets single probes, since it does not take events")
                .tag("endpoint", name));
    }

    private void gauge(Gauge.Builder<Deliveries> gauge) {
        gauge.register(meters);
    }

    /** What was not read lately is not exported, since it would mislead. */
    private static ToDoubleFunction<Deliveries> figure(String name, ToDoubleFunction<Figures> value) {
        return deliveries -> {
            Figures read = deliveries.figures.get(name);
            return read == null
                            || read.readAt().isBefore(deliveries.clock.instant().minus(TOO_OLD))
                    ? Double.NaN
                    : value.applyAsDouble(read);
        };
    }
}
