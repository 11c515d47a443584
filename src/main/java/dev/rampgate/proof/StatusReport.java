package dev.rampgate.proof;

import java.time.Instant;

/**
 * What Proof says about one transaction, by whichever channel: the answer of its transaction call, a socket's
 * {@code tx.update} or a webhook (Proof contract, sections 3 to 5). Components that were absent, empty or malformed are
 * null, but for the id and the status, which are always there.
 *
 * @param transactionId {@code merchant_transaction_id}, opaque, 1 to 128 characters
 * @param status as it was spelled; may be one that the contract does not know
 * @param changedAt {@code updated_at} (call, webhook) or {@code occurred_at} (socket)
 * @param createdAt {@code created_at}
 * @param partnerUserId only the call tells it
 * @param type {@code buy} or {@code sell}
 * @param currency crypto currency
 * @param network not told by the socket
 * @param cryptoAmount decimal string, exactly as it came
 * @param fiatCurrency fiat currency
 * @param fiatAmount decimal string, exactly as it came
 * @param paymentMethod only the socket tells it
 * @param droppedFields how many known fields were there but malformed
 * @param raw the text as it came, cut at 8 KiB
 */
public record StatusReport(
        String transactionId,
        String status,
        Instant changedAt,
        Instant createdAt,
        String partnerUserId,
        String type,
        String currency,
        String network,
        String cryptoAmount,
        String fiatCurrency,
        String fiatAmount,
        String paymentMethod,
        int droppedFields,
        String raw) {}
