package dev.rampgate.ledger;

import java.time.Instant;
import java.util.UUID;

/** What Proof's channels say about a step of its history. */
final class Channels {

    private static final UUID SOME_ID = new UUID(0, 1);

    private Channels() {}

    static Observation session(Instant receivedAt) {
        TransactionDetails details = TransactionDetails.of("buy", "USDC", "ERC20")
                .withUser("customer-8841")
                .withRequestedAmount("1")
                .withFiat("EUR", null);
        return observation(Channel.SESSION, true, "pending", null, null, receivedAt, details);
    }

    static Observation poll(ProofHistory.Step state, Instant askedAt, Instant receivedAt) {
        return poll(state, state.updatedAt(), askedAt, receivedAt);
    }

    static Observation poll(ProofHistory.Step state, Instant updatedAt, Instant askedAt, Instant receivedAt) {
        return observation(
                Channel.POLL, true, state.status().wireName(), updatedAt, askedAt, receivedAt, amounts(state.amount()));
    }

    static Observation unknownPoll(Instant updatedAt, Instant askedAt, Instant receivedAt) {
        return observation(Channel.POLL, true, "on_hold", updatedAt, askedAt, receivedAt, TransactionDetails.NONE);
    }

    static Observation socket(ProofHistory.Step step, Instant occurredAt, Instant receivedAt) {
        return observation(
                Channel.SOCKET, true, step.status().wireName(), occurredAt, null, receivedAt, amounts(step.amount()));
    }

    static Observation webhook(ProofHistory.Step step, boolean trusted, Instant updatedAt, Instant receivedAt) {
        return observation(
                Channel.WEBHOOK,
                trusted,
                step.status().wireName(),
                updatedAt,
                null,
                receivedAt,
                amounts(step.amount()));
    }

    static Observation forged(String status, Instant updatedAt, Instant receivedAt) {
        TransactionDetails lies = TransactionDetails.of("sell", "DOGE", "NONE")
                .withUser("thief")
                .withRequestedAmount("9")
                .withCryptoAmount("9")
                .withFiat("XXX", "9")
                .withPaymentMethod("none")
                .withCreatedAt(receivedAt);
        return observation(Channel.WEBHOOK, false, status, updatedAt, null, receivedAt, lies);
    }

    /** An observation that need not be true. */
    static Observation anything(
            Channel channel,
            boolean authoritative,
            String status,
            Instant changedAt,
            Instant askedAt,
            Instant receivedAt) {
        return observation(channel, authoritative, status, changedAt, askedAt, receivedAt, TransactionDetails.NONE);
    }

    private static Observation observation(
            Channel channel,
            boolean authoritative,
            String status,
            Instant changedAt,
            Instant askedAt,
            Instant receivedAt,
            TransactionDetails details) {
        return new Observation(
                SOME_ID,
                channel,
                authoritative,
                CheckedLedger.ID,
                status,
                changedAt,
                askedAt,
                receivedAt,
                details,
                false,
                null);
    }

    private static TransactionDetails amounts(String amount) {
        return TransactionDetails.of("buy", "USDC", "ERC20")
                .withCryptoAmount(amount)
                .withFiat("EUR", amount);
    }
}
