package dev.rampgate.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.rampgate.edge.JsonRules;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.outbox.EventBodies;

/** Events for tests that need no application. */
public final class TestEvents {

    private TestEvents() {}

    /** Bodies as the application writes them, of a sandbox. */
    public static EventBodies bodies() {
        ObjectMapper mapper = new ObjectMapper()
                .registerModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        new JsonRules().customize(mapper);
        return new EventBodies(mapper, false);
    }

    /** The first event of a transaction. */
    public static Event opened(TransactionRecord record) {
        return new Event(
                EventType.OPENED,
                1,
                record,
                record.state().changedAt(),
                new Event.Source(Channel.SESSION, null, record.state().changedAt(), null),
                false,
                null,
                null);
    }
}
