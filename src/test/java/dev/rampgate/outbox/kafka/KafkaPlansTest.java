package dev.rampgate.outbox.kafka;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.GrownDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(GrownDatabase.Shared.class)
class KafkaPlansTest {

    private final GrownDatabase database;
    private final KafkaTopics topics;

    KafkaPlansTest(GrownDatabase database) {
        this.database = database;
        this.topics = new KafkaTopics(database.pool(), "plans", UUID.randomUUID(), Duration.ofSeconds(10));
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void whatIsToBePublishedIsReadByTheIndexOfPlaces() {
        assertThat(get(topics.page(1, 200))).isEmpty();
        get(topics.figures());
        PlacedEvent last = new PlacedEvent(9, 9, "evt_9", "t-9", "transaction.opened", Instant.EPOCH, "{}");
        assertThat(get(topics.save(1, new KafkaTopics.Page(7, List.of(last))))).isFalse();

        database.assertNoWholeTable(3);
        database.assertUsed("event_by_position");
    }
}
