package dev.rampgate.telemetry;

import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Transition;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * The spans that show the way of an observation: what brought it, the batch that stored it, the transitions it made, and what was
 * published to readers. All spans about a transaction carry its id, also where a trace ends because another one goes on. They hold
 * only ids of transactions and words from closed sets: no address, no path, no message of an exception.
 */
public final class Traces {

    /** The attribute that all spans about one transaction share. */
    public static final String TRANSACTION_ID = "rampgate.transaction_id";

    private static final AttributeKey<String> TRANSACTION = AttributeKey.stringKey(TRANSACTION_ID);
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> CHANNEL = AttributeKey.stringKey("rampgate.channel");
    private static final AttributeKey<String> STATUS = AttributeKey.stringKey("rampgate.status");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("rampgate.attempt");
    private static final AttributeKey<Long> SEQUENCE = AttributeKey.longKey("rampgate.sequence");
    private static final AttributeKey<Long> OBSERVATIONS = AttributeKey.longKey("rampgate.observations");

    /** Observations whose origin is remembered; some never reach the stream. */
    private static final int MOST_ORIGINS = 10_000;

    private static final Traces OFF = new Traces(OpenTelemetry.noop().getTracer("rampgate"), false);

    private final Tracer tracer;
    private final boolean on;
    private final Map<UUID, SpanContext> origins = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, SpanContext> eldest) {
            return size() > MOST_ORIGINS;
        }
    };

    private Traces(Tracer tracer, boolean on) {
        this.tracer = tracer;
        this.on = on;
    }

    /** Traces that go to this tracer. */
    public static Traces to(Tracer tracer) {
        return new Traces(tracer, true);
    }

    /** No traces, and no cost. */
    public static Traces off() {
        return OFF;
    }

    /** The current request brought this observation. */
    public void broughtByRequest(Observation observation) {
        if (on) {
            Span request = Span.current();
            request.setAttribute(TRANSACTION, observation.transactionId());
            remember(observation, request.getSpanContext());
        }
    }

    /** A frame of a socket brought this observation. */
    public void broughtByFrame(Observation observation) {
        if (on) {
            Span frame = tracer.spanBuilder("socket")
                    .setSpanKind(SpanKind.CONSUMER)
                    .setNoParent()
                    .setAttribute(TRANSACTION, observation.transactionId())
                    .startSpan();
            remember(observation, frame.getSpanContext());
            frame.end();
        }
    }

    /**
     * A call of Proof about a transaction, and the observation that its answer makes.
     *
     * @param why why it is asked for
     * @param call asks; what it is given takes the observation
     */
    public <T> Uni<T> poll(String transactionId, String why, Function<Poll, Uni<T>> call) {
        if (!on) {
            return call.apply(observation -> {});
        }
        return Uni.createFrom().deferred(() -> {
            Span span = tracer.spanBuilder("poll")
                    .setSpanKind(SpanKind.CLIENT)
                    .setNoParent()
                    .setAttribute(TRANSACTION, transactionId)
                    .setAttribute("rampgate.priority", why)
                    .startSpan();
            return ended(span, call.apply(observation -> remember(observation, span.getSpanContext())));
        });
    }

    /** Takes the observation that a poll's answer makes. */
    public interface Poll {
        void brought(Observation observation);
    }

    /** A step of the current request. */
    public <T> Uni<T> step(String name, Uni<T> work) {
        return on
                ? Uni.createFrom()
                        .deferred(() -> ended(
                                tracer.spanBuilder(name)
                                        .setSpanKind(SpanKind.CLIENT)
                                        .startSpan(),
                                work))
                : work;
    }

    /** An event was published to the readers of a transaction's stream. */
    public void published(String transactionId, String event) {
        if (on) {
            tracer.spanBuilder("stream")
                    .setSpanKind(SpanKind.PRODUCER)
                    .setNoParent()
                    .setAttribute(TRANSACTION, transactionId)
                    .setAttribute("rampgate.event", event)
                    .startSpan()
                    .end();
        }
    }

    /**
     * One batch: in the trace of its first observation, with links to those of the others.
     *
     * @param transitions which status changes the batch made
     */
    public <T> Uni<T> batch(List<Observation> batch, Uni<T> work, Function<T, List<Transition>> transitions) {
        return on
                ? Uni.createFrom().deferred(() -> {
                    Span span = begin(batch);
                    return ended(span, work.invoke(changes -> moved(transitions.apply(changes), span)));
                })
                : work;
    }

    /** The stream is done with it. */
    public void forget(Observation observation) {
        if (on) {
            synchronized (origins) {
                origins.remove(observation.id());
            }
        }
    }

    private void remember(Observation observation, SpanContext origin) {
        if (origin.isValid()) {
            synchronized (origins) {
                origins.put(observation.id(), origin);
            }
        }
    }

    private SpanContext origin(Observation observation) {
        synchronized (origins) {
            return origins.getOrDefault(observation.id(), SpanContext.getInvalid());
        }
    }

    private Span begin(List<Observation> batch) {
        List<SpanContext> all = batch.stream()
                .map(this::origin)
                .filter(SpanContext::isValid)
                .distinct()
                .toList();
        SpanBuilder span = tracer.spanBuilder("batch").setAttribute(OBSERVATIONS, (long) batch.size());
        if (all.isEmpty()) {
            span.setNoParent();
        } else {
            span.setParent(Context.root().with(Span.wrap(all.get(0))));
            all.stream().skip(1).forEach(span::addLink);
        }
        if (batch.stream().map(Observation::transactionId).distinct().count() == 1) {
            span.setAttribute(TRANSACTION, batch.get(0).transactionId());
        }
        return span.startSpan();
    }

    private void moved(List<Transition> transitions, Span batch) {
        Context parent = Context.root().with(batch);
        for (Transition transition : transitions) {
            tracer.spanBuilder("transition")
                    .setParent(parent)
                    .setAttribute(TRANSACTION, transition.transactionId())
                    .setAttribute(CHANNEL, Labels.of(transition.channel()))
                    .setAttribute(STATUS, transition.status().wireName())
                    .setAttribute(ATTEMPT, (long) transition.attempt())
                    .setAttribute(SEQUENCE, (long) transition.sequence())
                    .startSpan()
                    .end();
        }
    }

    /** Of a failure only its kind: messages may quote secrets or personal data. */
    private static <T> Uni<T> ended(Span span, Uni<T> work) {
        return work.onFailure()
                .invoke(failure -> span.setStatus(StatusCode.ERROR)
                        .setAttribute(ERROR, failure.getClass().getSimpleName()))
                .onTermination()
                .invoke(() -> span.end());
    }
}
