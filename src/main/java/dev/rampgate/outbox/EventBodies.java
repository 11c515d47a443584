package dev.rampgate.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.wire.Sha256;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Writes the id and the body of an event: once, before it is stored. What is sent later are these bytes. */
@ApplicationScoped
public class EventBodies {

    /** How the body of an event ends, and no other, if its user was erased: quotation marks within its texts are escaped. */
    static final String REDACTED_END = "\"redacted\":true}}";

    private static final int ID_BYTES = 16;

    /** What {@link EventBody} leaves out for an erased user. */
    private static final List<String> PERSONAL =
            List.of("user_id", "reference", "reference_source", "metadata", "address");

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
        return "evt_" + hash(epoch + "\n" + event.record().id() + "\n" + event.version());
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Sha256.of(text.getBytes(StandardCharsets.UTF_8)), 0, ID_BYTES);
    }

    /**
     * A provisional event as it is sent.
     *
     * @param id of its own, the same for all endpoints: a hash of ledger epoch, transaction and what the transition says, so that another status
     *     never has the id of one whose commit a failover has lost
     * @param body what is sent, byte for byte
     */
    public record Provisional(String id, String body) {}

    /** Writes a provisional event, which is not stored. */
    public Provisional provisional(Event event, long epoch) {
        LedgerState state = event.record().state();
        String only = epoch + "\n" + event.record().id() + "\n" + state.sequence() + "\n" + state.attempt() + "\n"
                + state.status() + "\n" + event.source().occurredAt();
        return new Provisional("evt_provisional_" + hash(only), body(event, epoch));
    }

    String body(Event event, long epoch) {
        try {
            return mapper.writeValueAsString(EventBody.of(event, epoch, livemode));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("every event can be written", impossible);
        }
    }

    /** A frozen body as it would have been written for an erased user; one that already is that stays as it is. */
    String redacted(String body) {
        if (body.endsWith(REDACTED_END)) {
            return body;
        }
        try {
            ObjectNode event = (ObjectNode) mapper.readTree(body);
            ObjectNode data = (ObjectNode) event.get("data");
            data.remove(PERSONAL);
            data.put("redacted", true);
            return mapper.writeValueAsString(event);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("every stored body can be read");
        }
    }
}
