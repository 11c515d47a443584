package dev.rampgate.ledger;

import java.time.Instant;
import java.util.UUID;

/** News about the transaction of a {@link Story}, put together word by word. */
record News(
        Channel channel,
        boolean authoritative,
        String status,
        Instant changedAt,
        Instant askedAt,
        TransactionDetails details,
        boolean amountUnreadable) {

    private static long ids;

    private News(
            Channel channel,
            boolean authoritative,
            String status,
            Instant changedAt,
            Instant askedAt,
            TransactionDetails details) {
        this(channel, authoritative, status, changedAt, askedAt, details, false);
    }

    /** The answer of the session call: a purchase of 42.75 USDC by customer 8841. */
    static News session() {
        TransactionDetails asked =
                new TransactionDetails("customer-8841", "buy", "USDC", "ERC20", "42.75", null, "EUR", null, null, null);
        return new News(Channel.SESSION, true, "pending", null, null, asked);
    }

    /** A {@code completed} has amounts. */
    static News poll(Status status, Instant updatedAt) {
        News poll = poll(status.wireName(), updatedAt);
        return status == Status.COMPLETED ? poll.telling("42.60", "40.15") : poll;
    }

    static News poll(String status, Instant updatedAt) {
        return new News(Channel.POLL, true, status, updatedAt, null, TransactionDetails.NONE);
    }

    static News socket(Status status, Instant occurredAt) {
        return socket(status.wireName(), occurredAt);
    }

    static News socket(String status, Instant occurredAt) {
        return new News(Channel.SOCKET, true, status, occurredAt, null, TransactionDetails.NONE);
    }

    static News webhook(Status status, Instant updatedAt) {
        return webhook(status.wireName(), updatedAt);
    }

    static News webhook(String status, Instant updatedAt) {
        return new News(Channel.WEBHOOK, false, status, updatedAt, null, TransactionDetails.NONE);
    }

    /** With an amount that nobody can read. */
    News withUnreadableAmount() {
        return new News(channel, authoritative, status, changedAt, askedAt, details, true);
    }

    /** A webhook that the operator vouches for. */
    News trusted() {
        return new News(channel, true, status, changedAt, askedAt, details, amountUnreadable);
    }

    News asked(Instant at) {
        return new News(channel, authoritative, status, changedAt, at, details, amountUnreadable);
    }

    News telling(TransactionDetails more) {
        return new News(channel, authoritative, status, changedAt, askedAt, more, amountUnreadable);
    }

    /** With final amounts, which may be null: not told. */
    News telling(String cryptoAmount, String fiatAmount) {
        return telling(new TransactionDetails(
                details.userId(),
                details.type(),
                details.currency(),
                details.network(),
                details.requestedAmount(),
                cryptoAmount,
                "EUR",
                fiatAmount,
                details.paymentMethod(),
                details.createdAt()));
    }

    /** With what can never change. */
    News telling(String type, String currency, String network) {
        return telling(new TransactionDetails(
                details.userId(),
                type,
                currency,
                network,
                details.requestedAmount(),
                details.cryptoAmount(),
                details.fiatCurrency(),
                details.fiatAmount(),
                details.paymentMethod(),
                details.createdAt()));
    }

    /** As it reaches us; a poll that does not say when it was asked was asked at that very moment. */
    Observation received(String transactionId, Instant at) {
        Instant asked = channel == Channel.POLL && askedAt == null ? at : askedAt;
        return new Observation(
                new UUID(0, ++ids),
                channel,
                authoritative,
                transactionId,
                status,
                changedAt,
                asked,
                at,
                details,
                amountUnreadable,
                null);
    }
}
