package dev.rampgate.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConnectionShareTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static Vertx vertx;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ConnectionShare share = new ConnectionShare("read", 2, vertx, meters);
    private final List<UniEmitter<? super Integer>> sent = new ArrayList<>();

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void soManyAreInFlightAndTheNextOneIsSentWhenOneIsAnswered() {
        UniAssertSubscriber<Integer> first = ask();
        UniAssertSubscriber<Integer> second = ask();
        UniAssertSubscriber<Integer> third = ask();
        assertThat(sent).hasSize(2);

        sent.get(0).complete(7);
        first.assertItem(7);
        assertThat(sent).hasSize(3);
        sent.get(1).fail(new IllegalStateException("refused"));
        second.assertFailedWith(IllegalStateException.class);
        sent.get(2).complete(9);
        third.assertItem(9);
    }

    @Test
    void whoseCallerHasGoneKeepsItsTurnUntilItIsAnswered() {
        ask().cancel();
        ask().cancel();
        UniAssertSubscriber<Integer> third = ask();
        assertThat(sent).hasSize(2);

        sent.get(0).complete(1);
        assertThat(sent).hasSize(3);
        sent.get(2).complete(3);
        third.assertItem(3);
    }

    @Test
    void tooManyThatWaitAreRefusedAtOnceAndThoseThatWaitTooLongALittleLater() {
        ask();
        ask();
        List<UniAssertSubscriber<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < ConnectionShare.WAITING; i++) {
            waiting.add(ask());
        }
        ask().assertFailedWith(ShareFullException.class);
        waiting.forEach(UniAssertSubscriber::assertNotTerminated);

        waiting.forEach(one -> one.awaitFailure(LIMIT).assertFailedWith(ShareFullException.class));
        assertThat(meters.get("rampgate.database.share.refused")
                        .tag("share", "read")
                        .counter()
                        .count())
                .isEqualTo(ConnectionShare.WAITING + 1);
        // Whoever gave up holds nothing.
        sent.get(0).complete(1);
        sent.get(1).complete(1);
        ask();
        ask();
        await().atMost(LIMIT).until(() -> sent.size() == 4);
    }

    private UniAssertSubscriber<Integer> ask() {
        return share.within(() -> Uni.createFrom().<Integer>emitter(sent::add))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }
}
