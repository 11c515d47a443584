package dev.rampgate.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rampgate.ledger.Event;
import dev.rampgate.wire.Sha256;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes the id and the body of an event: once, before it is stored. What is sent later are these bytes. */
@ApplicationScoped
public class EventBodies {

    private static final int ID_BYTES = 16;

    private final ObjectMapper mapper;
    private final boolean livemode;

    @Inject
    EventBodies(ObjectMapper mapper, OutboxSettings settings) {
        this(mapper, settings.livemode());
    }

    /** @param mapper writes times as text and snake_case names */
    public EventBodies(ObjectMapper mapper, boolean livemode) {
        this.mapper = mapper;
        this.livemode = livemode;
    }

    /** The same at every attempt: a hash of what there is one event of. */
    String id(Event event, long epoch) {
        String only = epoch + "\n" + event.record().id() + "\n" + event.version();
        byte[] hash = Sha256.of(only.getBytes(StandardCharsets.UTF_8));
        return "evt_" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
    }

    String body(Event event, long epoch) {
        try {
            return mapper.writeValueAsString(EventBody.of(event, epoch, livemode));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("every event can be written", impossible);
        }
    }
}
