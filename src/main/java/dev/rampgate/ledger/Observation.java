package dev.rampgate.ledger;

import java.time.Instant;
import java.util.UUID;

/**
 * What one channel reported: "channel C says that transaction T has status S since time t".
 *
 * @param id given when it is received, so that applying it again is harmless
 * @param channel where it came from
 * @param authoritative whether an authenticated call of ours brought it; a webhook is so only by configuration
 * @param transactionId Proof's {@code merchant_transaction_id}, opaque, 1 to 128 characters
 * @param status the status as it was spelled, which may be one that the contract does not know
 * @param changedAt Proof's time of the status change ({@code updated_at} or {@code occurred_at}); null if it gave none
 * @param askedAt when the poll was sent; null for every other channel
 * @param receivedAt when it reached us
 * @param details what else it said about the transaction
 * @param amountUnreadable whether an amount was there that could not be read; only the raw text has it then
 * @param raw the text that came, for the archive; null if there is none
 */
public record Observation(
        UUID id,
        Channel channel,
        boolean authoritative,
        String transactionId,
        String status,
        Instant changedAt,
        Instant askedAt,
        Instant receivedAt,
        TransactionDetails details,
        boolean amountUnreadable,
        String raw) {

    /**
     * A session that we opened: pending, without a time of Proof's and without text, since that holds tokens.
     *
     * @param receivedAt when Proof answered, by our clock
     */
    public static Observation ofSession(UUID id, String transactionId, Instant receivedAt, TransactionDetails details) {
        return new Observation(
                id,
                Channel.SESSION,
                true,
                transactionId,
                Status.PENDING.wireName(),
                null,
                null,
                receivedAt,
                details,
                false,
                null);
    }

    /**
     * The answer to a poll, which an authenticated call of ours brought.
     *
     * @param askedAt when the poll was sent
     */
    public static Observation ofPoll(
            UUID id,
            String transactionId,
            String status,
            Instant changedAt,
            Instant askedAt,
            Instant receivedAt,
            TransactionDetails details) {
        return new Observation(
                id, Channel.POLL, true, transactionId, status, changedAt, askedAt, receivedAt, details, false, null);
    }

    /** A frame of a socket that we opened with our token. */
    public static Observation ofSocket(
            UUID id,
            String transactionId,
            String status,
            Instant changedAt,
            Instant receivedAt,
            TransactionDetails details) {
        return new Observation(
                id, Channel.SOCKET, true, transactionId, status, changedAt, null, receivedAt, details, false, null);
    }

    /**
     * A webhook.
     *
     * @param trusted whether the operator has configured that Proof alone can reach the URL
     */
    public static Observation ofWebhook(
            UUID id,
            boolean trusted,
            String transactionId,
            String status,
            Instant changedAt,
            Instant receivedAt,
            TransactionDetails details) {
        return new Observation(
                id, Channel.WEBHOOK, trusted, transactionId, status, changedAt, null, receivedAt, details, false, null);
    }

    /**
     * The same with the text that came.
     *
     * @param text for the archive
     * @param unreadable whether an amount is in it that could not be read
     */
    public Observation withRaw(String text, boolean unreadable) {
        return new Observation(
                id,
                channel,
                authoritative,
                transactionId,
                status,
                changedAt,
                askedAt,
                receivedAt,
                details,
                unreadable,
                text);
    }

    /** The same without the text that came. */
    public Observation withoutRaw() {
        return withRaw(null, amountUnreadable);
    }

    /** The same with other details. */
    public Observation with(TransactionDetails other) {
        return new Observation(
                id,
                channel,
                authoritative,
                transactionId,
                status,
                changedAt,
                askedAt,
                receivedAt,
                other,
                amountUnreadable,
                raw);
    }

    /** Keeps the raw text out of logs. */
    @Override
    public String toString() {
        return "Observation[" + id + ", " + channel + ", " + transactionId + ", " + status + ", " + changedAt + "]";
    }
}
