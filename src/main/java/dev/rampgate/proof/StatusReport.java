package dev.rampgate.proof;

import java.time.Instant;
import java.util.Set;

/**
 * What Proof says about one transaction, by whichever channel: the answer of its transaction call, a socket's
 * {@code tx.update} or a webhook (Proof contract, sections 3 to 5). Components that were absent, empty or malformed are
 * null, but for the id and the status, which are always there.
 *
 * @param transactionId {@code merchant_transaction_id}, opaque, 1 to 128 characters
 * @param status as it was spelled; may be one that the contract does not know
 * @param changedAt {@code updated_at} (call, webhook) or {@code occurred_at} (socket)
 * @param createdAt {@code created_at}
 * @param partnerUserId only in answers to calls
 * @param type {@code buy} or {@code sell}
 * @param currency crypto currency
 * @param network not in frames of a socket
 * @param cryptoAmount a plain decimal, spelled as it came where it came as one
 * @param fiatCurrency fiat currency
 * @param fiatAmount likewise
 * @param paymentMethod only in frames of a socket
 * @param droppedFields names of known fields that were there but could not be read; the raw text has them
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
        Set<String> droppedFields,
        String raw) {

    /** The same under the id by which we know the transaction. */
    public StatusReport named(String id) {
        return new StatusReport(
                id,
                status,
                changedAt,
                createdAt,
                partnerUserId,
                type,
                currency,
                network,
                cryptoAmount,
                fiatCurrency,
                fiatAmount,
                paymentMethod,
                droppedFields,
                raw);
    }

    /** Whether an amount was there that could not be read. */
    public boolean isAmountUnreadable() {
        return droppedFields.contains(StatusReports.CRYPTO_AMOUNT) || droppedFields.contains(StatusReports.FIAT_AMOUNT);
    }
}
