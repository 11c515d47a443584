package dev.rampgate.outbox.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ProvisionalEventsTest {

    private static final Instant TIME = Instant.parse("2026-05-02T08:00:00Z");
    private static final int CONCURRENCY = 2;
    private static final Endpoint ALL = endpoint("all", List.of());
    private static final Endpoint OTHER = endpoint("other", List.of());
    private static final Endpoint COMPLETED_ONLY = endpoint("completed", List.of(EventType.COMPLETED));

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> sent = new ArrayList<>();
    private final List<UniEmitter<? super WebhookSender.Answer>> unanswered = new ArrayList<>();
    private Function<Endpoint, Uni<WebhookSender.Answer>> post = this::post;
    private List<Endpoint> endpoints = List.of(ALL, COMPLETED_ONLY);
    private OptionalLong epoch = OptionalLong.of(1);
    private final ProvisionalEvents provisional = new ProvisionalEvents(
            () -> endpoints,
            (endpoint, id, body) -> Optional.of(post.apply(endpoint)),
            TestEvents.bodies(),
            () -> epoch,
            meters);

    @Test
    void eachEndpointGetsItsTypesOnly() {
        provisional.send(processing("t-1"));

        assertThat(sent).containsExactly("all");
    }

    @Test
    void asManyAsTheConcurrencyAreInFlightAndOthersAreLeftOut() {
        for (int i = 0; i <= CONCURRENCY; i++) {
            provisional.send(processing("t-" + i));
        }
        assertThat(sent).hasSize(CONCURRENCY);
        assertThat(count("left_out")).isEqualTo(1);

        unanswered.get(0).complete(new WebhookSender.Answer(Outcome.TIMEOUT, 0, Optional.empty(), Duration.ZERO));
        provisional.send(processing("t-9"));

        assertThat(sent).hasSize(CONCURRENCY + 1);
        assertThat(count("timeout")).isEqualTo(1);
    }

    @Test
    void anAttemptThatFailsGivesItsPlaceBack() {
        post = endpoint -> Uni.createFrom().failure(new IllegalStateException("closed"));
        for (int i = 0; i <= CONCURRENCY; i++) {
            provisional.send(processing("t-" + i));
        }

        assertThat(count("left_out")).isZero();
        assertThat(count("unreachable")).isEqualTo(CONCURRENCY + 1);
    }

    @Test
    void anAttemptThatCannotBeginGivesItsPlaceBackAndTheOtherEndpointsGetTheEvent() {
        endpoints = List.of(ALL, OTHER);
        post = endpoint -> {
            if (endpoint == ALL) {
                throw new IllegalStateException("closed");
            }
            return post(endpoint);
        };
        for (int i = 0; i <= CONCURRENCY; i++) {
            provisional.send(processing("t-" + i));
        }

        assertThat(count("left_out")).isZero();
        assertThat(count("unreachable")).isEqualTo(CONCURRENCY + 1);
        assertThat(sent).containsExactly("other", "other");
    }

    @Test
    void nothingIsSentWhileNoEndpointTakesThemOrTheEpochIsNotKnown() {
        endpoints = List.of();
        assertThat(provisional.isWanted()).isFalse();
        provisional.send(processing("t-1"));

        endpoints = List.of(ALL);
        epoch = OptionalLong.empty();
        assertThat(provisional.isWanted()).isTrue();
        provisional.send(processing("t-1"));

        assertThat(sent).isEmpty();
    }

    private double count(String outcome) {
        return meters.counter("rampgate.outbox.provisional", "endpoint", "all", "outcome", outcome)
                .count();
    }

    private Uni<WebhookSender.Answer> post(Endpoint endpoint) {
        return Uni.createFrom().emitter(emitter -> {
            sent.add(endpoint.name());
            unanswered.add(emitter);
        });
    }

    private static Endpoint endpoint(String name, List<EventType> types) {
        return new Endpoint(
                name,
                URI.create("http://" + name + ".test"),
                Path.of("unused"),
                types,
                true,
                Duration.ofSeconds(2),
                CONCURRENCY,
                500);
    }

    private static Event processing(String id) {
        LedgerState state = new LedgerState(Status.PROCESSING, 1, 2, false, TIME, TIME, TIME, TIME, false, false);
        return new Event(
                EventType.PROCESSING,
                0,
                new TransactionRecord(
                        id,
                        TransactionDetails.of("buy", "USDC", "ERC20").withCreatedAt(TIME),
                        state,
                        FollowUp.NONE,
                        Published.NOTHING,
                        false),
                TIME,
                new Event.Source(Channel.SOCKET, TIME, TIME, null),
                false,
                null,
                null);
    }
}
