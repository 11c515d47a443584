package dev.rampgate.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;

/**
 * A transaction as its owner sees it. What is not known is absent.
 *
 * @param merchantTransactionId Proof's id
 * @param type {@code buy} or {@code sell}
 * @param status the recorded status
 * @param confirmed whether our own call has shown the recorded status
 * @param reported a status that a webhook claims and the ledger has not accepted
 * @param attempt 1, and one more for each retry inside the widget
 * @param currency crypto currency
 * @param network blockchain network
 * @param requestedAmount crypto amount that was asked for, a decimal string
 * @param cryptoAmount crypto amount as Proof tells it, a decimal string
 * @param fiatCurrency fiat currency
 * @param fiatAmount fiat amount as Proof tells it, a decimal string
 * @param paymentMethod for example {@code card}
 * @param createdAt when it was created
 * @param updatedAt Proof's time of the change to the recorded status
 * @param settled whether nothing more is expected
 * @param abandoned whether it stayed unsettled so long that it is no longer asked for
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
     * @param channel whose news was accepted: {@code SESSION}, {@code WEBHOOK}, {@code POLL} or {@code SOCKET}
     * @param reportedAt when a webhook first claimed it
     * @param occurredAt Proof's time of the change
     * @param observedAt when authoritative news of it first reached us
     * @param confirmedAt when our own call first showed it
     * @param correction whether it replaced a status that no longer held
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
                createdAt,
                updatedAt,
                settled,
                abandoned,
                entries);
    }

    /** As it stood after one of its transitions; amounts are the newest. */
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
                createdAt,
                step.updatedAt(),
                false,
                false,
                null);
    }
}
