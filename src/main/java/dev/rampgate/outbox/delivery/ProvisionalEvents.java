package dev.rampgate.outbox.delivery;

import dev.rampgate.ledger.Event;
import dev.rampgate.outbox.EventBodies;
import dev.rampgate.outbox.Sequencer;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Sends provisional events to the endpoints that want them: once, from memory, by the replica that committed the transition. They are neither
 * stored nor repeated, and what is answered to them says nothing about the endpoint: the event that a poll confirms follows by the deliveries.
 */
@ApplicationScoped
public class ProvisionalEvents {

    private static final String LEFT_OUT = "left_out";

    private final Supplier<List<Endpoint>> endpoints;
    private final Sender sender;
    private final EventBodies bodies;
    private final Supplier<OptionalLong> epoch;
    private final MeterRegistry meters;
    private final Map<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();

    @Inject
    ProvisionalEvents(Deliveries deliveries, EventBodies bodies, Sequencer sequencer, MeterRegistry meters) {
        this(deliveries::provisionalEndpoints, deliveries::sendOnce, bodies, sequencer::epoch, meters);
    }

    /**
     * @param endpoints those that want them and can take them now
     * @param epoch the ledger's; empty as long as it is not known
     */
    ProvisionalEvents(
            Supplier<List<Endpoint>> endpoints,
            Sender sender,
            EventBodies bodies,
            Supplier<OptionalLong> epoch,
            MeterRegistry meters) {
        this.endpoints = endpoints;
        this.sender = sender;
        this.bodies = bodies;
        this.epoch = epoch;
        this.meters = meters;
    }

    /** Sends an event once; empty if that is not possible yet. */
    interface Sender {
        Optional<Uni<WebhookSender.Answer>> send(Endpoint endpoint, String id, String body);
    }

    /** Whether any endpoint takes them now. */
    public boolean isWanted() {
        return !endpoints.get().isEmpty();
    }

    /** Sends it to those that want its type. Call it on an event loop, after the commit of its transition. */
    public void send(Event event) {
        epoch.get().ifPresent(known -> {
            EventBodies.Provisional written = bodies.provisional(event, known);
            endpoints.get().stream()
                    .filter(endpoint -> endpoint.wants(event.type()))
                    .forEach(endpoint -> send(endpoint, written));
        });
    }

    private void send(Endpoint endpoint, EventBodies.Provisional event) {
        AtomicInteger sending = inFlight.computeIfAbsent(endpoint.name(), name -> new AtomicInteger());
        if (sending.incrementAndGet() > endpoint.provisionalConcurrency()) {
            sending.decrementAndGet();
            count(endpoint, LEFT_OUT);
            return;
        }
        attempt(endpoint, event)
                .onTermination()
                .invoke(sending::decrementAndGet)
                .subscribe()
                .with(
                        answer -> answer.ifPresent(ended -> count(endpoint, Labels.of(ended.outcome()))),
                        unsent -> count(endpoint, Labels.of(Outcome.UNREACHABLE)));
    }

    /** Empty if it could not be sent yet; fails where the sender throws. */
    private Uni<Optional<WebhookSender.Answer>> attempt(Endpoint endpoint, EventBodies.Provisional event) {
        return Uni.createFrom().deferred(() -> sender.send(endpoint, event.id(), event.body())
                .map(sent -> sent.map(Optional::of))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
    }

    private void count(Endpoint endpoint, String outcome) {
        Counter.builder("rampgate.outbox.provisional")
                .description("Provisional events, by endpoint and how their one attempt ended")
                .tag("endpoint", endpoint.name())
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }
}
