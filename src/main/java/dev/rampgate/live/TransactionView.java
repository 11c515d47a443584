package dev.rampgate.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A transaction as its owner sees it. Unknown fields are absent.
 *
 * @param merchantTransactionId Proof's id
 * @param type {@code buy} or {@code sell}
 * @param status the recorded status
 * @param confirmed whether a poll has confirmed the recorded status
 * @param reported a status that a webhook claims and that the ledger has not accepted
 * @param attempt 1, plus one for each retry inside the widget
 * @param currency crypto currency
 * @param network blockchain network
 * @param requestedAmount requested crypto amount, a decimal string
 * @param cryptoAmount crypto amount as Proof reports it, a decimal string
 * @param fiatCurrency fiat currency
 * @param fiatAmount fiat amount as Proof reports it, a decimal string
 * @param paymentMethod for example {@code card}
 * @param reference the company's own id for the session
 * @param referenceSource who named the reference: {@code caller}, a claim of the user's client, or {@code gateway}
 * @param metadata strings of the user's client
 * @param address the wallet address that Proof's session answer named
 * @param createdAt when it was created
 * @param updatedAt Proof's time of the change to the recorded status
 * @param settled whether no further change is expected
 * @param abandoned whether it stayed unsettled for so long that Rampgate no longer polls it
 * @param timeline accepted status changes, oldest first; absent in lists
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TransactionView(
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
        List<Entry> timeline) {

    /**
     * One accepted status change.
     *
     * @param attempt the attempt it belongs to
     * @param status the status it led to
     * @param channel the channel whose observation was accepted: {@code SESSION}, {@code WEBHOOK}, {@code POLL} or {@code SOCKET}
     * @param reportedAt when a webhook first claimed it
     * @param occurredAt Proof's time of the change
     * @param observedAt when the first authoritative observation of it arrived
     * @param confirmedAt when a poll first confirmed it
     * @param correction whether it replaced a status that was no longer true
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            int attempt,
            String status,
            String channel,
            Instant reportedAt,
            Instant occurredAt,
            Instant observedAt,
            Instant confirmedAt,
            boolean correction) {}

    TransactionView withTimeline(List<Entry> entries) {
        return new TransactionView(
                merchantTransactionId,
                type,
                status,
                confirmed,
                reported,
                attempt,
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                reference,
                referenceSource,
                metadata,
                address,
                createdAt,
                updatedAt,
                settled,
                abandoned,
                entries);
    }

    /** The view after one of the transitions; amounts are the newest. */
    TransactionView at(TransactionSnapshot.Step step, boolean confirmedThen) {
        return new TransactionView(
                merchantTransactionId,
                type,
                step.status(),
                confirmedThen,
                null,
                step.attempt(),
                currency,
                network,
                requestedAmount,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                reference,
                referenceSource,
                metadata,
                address,
                createdAt,
                step.updatedAt(),
                false,
                false,
                null);
    }
}
