package dev.rampgate.outbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventType;
import dev.rampgate.ledger.FollowUp.Nudge;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What an event says, in the order of its JSON. Unknown fields are absent, but for {@code replaces} of a correction.
 *
 * @param type for example {@code transaction.completed}
 * @param timestamp when it was decided, by our clock
 * @param data the transaction
 */
@RegisterForReflection
record EventBody(String type, Instant timestamp, Data data) {

    /** Proof's words are short; one that is longer is left out, so that a body stays within its bound. */
    private static final int LONGEST_WORD = 128;

    /** In UTF-16 units, as the ledger keeps them at most: ids of users and addresses of wallets. */
    private static final int LONGEST_NAME = 256;

    /**
     * The transaction as the event leaves it: the fields of {@code GET /transactions/{id}} without the timeline, then those of the
     * event.
     */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Data(
            String merchantTransactionId,
            String type,
            String status,
            boolean confirmed,
            String reported,
            int attempt,
            String currency,
            String network,
            String requestedAmount,
            String cryptoAmount,
            String fiatCurrency,
            String fiatAmount,
            String paymentMethod,
            String reference,
            String referenceSource,
            Map<String, String> metadata,
            String address,
            Instant createdAt,
            Instant updatedAt,
            boolean settled,
            boolean abandoned,
            String userId,
            long epoch,
            Integer version,
            String channel,
            Instant occurredAt,
            Instant observedAt,
            Instant confirmedAt,
            Boolean correction,
            JsonNode replaces,
            @JsonProperty("final") Boolean isFinal,
            Conflict conflict,
            boolean livemode,
            Boolean provisional,
            Boolean redacted) {}

    /** What Proof said against a confirmed {@code completed}. */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    record Conflict(String status, Instant updatedAt) {}

    static EventBody of(Event event, long epoch, boolean livemode) {
        return new EventBody(event.type().wireName(), event.at(), data(event, epoch, livemode));
    }

    private static Data data(Event event, long epoch, boolean livemode) {
        TransactionDetails details = event.record().details();
        LedgerState state = event.record().state();
        OwnReference own = details.isErased() ? null : details.own();
        boolean named = own != null && own.reference() != null;
        return new Data(
                event.record().id(),
                word(details.type()),
                state.status().wireName(),
                state.confirmed(),
                reported(event).orElse(null),
                state.attempt(),
                word(details.currency()),
                word(details.network()),
                word(details.requestedAmount()),
                word(details.cryptoAmount()),
                word(details.fiatCurrency()),
                word(details.fiatAmount()),
                word(details.paymentMethod()),
                named ? own.reference() : null,
                named ? own.source().wireName() : null,
                own == null || own.metadata().isEmpty() ? null : own.metadataInOrder(),
                details.isErased() ? null : upTo(LONGEST_NAME, details.address()),
                details.createdAt(),
                state.since(),
                state.settled(),
                state.abandoned(),
                details.isErased() ? null : upTo(LONGEST_NAME, details.userId()),
                epoch,
                event.isProvisional() ? null : event.version(),
                event.source().channel().name(),
                event.source().occurredAt(),
                event.source().observedAt(),
                event.source().confirmedAt(),
                event.source().confirmedAt() == null ? null : event.correction(),
                replaces(event),
                event.type() == EventType.SETTLED ? event.isFinal() : null,
                event.contradiction() == null
                        ? null
                        : new Conflict(
                                event.contradiction().status().wireName(),
                                event.contradiction().updatedAt()),
                livemode,
                event.isProvisional() ? true : null,
                details.isErased() ? true : null);
    }

    /** Of a correction it is {@code null} where the revoked status was never published; others have none, and neither have provisional ones. */
    private static JsonNode replaces(Event event) {
        if (!event.correction() || event.isProvisional()) {
            return null;
        }
        return event.replaces() == null ? NullNode.instance : IntNode.valueOf(event.replaces());
    }

    private static String word(String text) {
        return upTo(LONGEST_WORD, text);
    }

    private static String upTo(int longest, String text) {
        return text == null || text.length() > longest ? null : text;
    }

    /** As {@code GET} answers it: the status that a webhook claims, until a poll has answered. */
    private static Optional<String> reported(Event event) {
        return Optional.ofNullable(event.record().followUp().nudge())
                .filter(claim -> claim.channel() == Channel.WEBHOOK)
                .map(Nudge::status)
                .filter(claimed -> claimed != event.record().state().status())
                .map(Status::wireName);
    }
}
