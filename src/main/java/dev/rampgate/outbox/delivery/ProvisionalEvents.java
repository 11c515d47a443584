package dev.rampgate.outbox.delivery;

import dev.rampgate.ledger.Event;
import dev.rampgate.outbox.EventBodies;
import dev.rampgate.outbox.Sequencer;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends provisional events to the endpoints that want them: once, from memory, by the replica that committed the transition. They are neither
 * stored nor repeated, and what is sent says nothing about the endpoint: the event that a poll confirms follows by the deliveries.
 */
@ApplicationScoped
public class ProvisionalEvents {

    private static final String LEFT_OUT = "left_out";

    private final Deliveries deliveries;
    private final EventBodies bodies;
    private final Sequencer sequencer;
    private final MeterRegistry meters;
    private final Map<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();

    ProvisionalEvents(Deliveries deliveries, EventBodies bodies, Sequencer sequencer, MeterRegistry meters) {
        this.deliveries = deliveries;
        this.bodies = bodies;
        this.sequencer = sequencer;
        this.meters = meters;
    }

    /** Whether any endpoint takes them now. */
    public boolean isWanted() {
        return !deliveries.provisionalEndpoints().isEmpty();
    }

    /** Sends it to those that want its type. Call it on an event loop, after the commit of its transition. */
    public void send(Event event) {
        sequencer.epoch().ifPresent(epoch -> {
            EventBodies.Provisional written = bodies.provisional(event, epoch);
            deliveries.provisionalEndpoints().stream()
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
        deliveries
                .sendOnce(endpoint, event.id(), event.body())
                .ifPresentOrElse(
                        sent -> sent.subscribe().with(answer -> {
                            sending.decrementAndGet();
                            count(endpoint, Labels.of(answer.outcome()));
                        }),
                        sending::decrementAndGet);
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
