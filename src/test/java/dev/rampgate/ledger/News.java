package dev.rampgate.ledger;

import java.time.Instant;
import java.util.UUID;

/** TestObservations about the transaction of a {@link Story}, put together word by word. */
record TestObservations(
        Channel channel,
        boolean authoritative,
        String status,
        Instant changedAt,
        Instant askedAt,
        TransactionDetails details,
        boolean amountUnreadable) {

    private static long ids;

    private TestObservations(
            Channel channel,
            boolean authoritative,
            String status,
            Instant changedAt,
            Instant askedAt,
            TransactionDetails details) {
        this(channel, authoritative, status, changedAt, askedAt, details, false);
    }

    /** The answer of the session call: a purchase of 42.75 USDC by customer 8841. */
    static TestObservations session() {
        TransactionDetails asked =
                new TransactionDetails("customer-8841", "buy", "USDC", "ERC20", "42.75", null, "EUR", null, null, null);
        return new TestObservations(Channel.SESSION, true, "pending", null, null, asked);
    }

    /** A {@code completed} has amounts. */
    static TestObservations poll(Status status, Instant updatedAt) {
        TestObservations poll = poll(status.wireName(), updatedAt);
        return status == Status.COMPLETED ? poll.telling("42.60", "40.15") : poll;
    }

    static TestObservations poll(String status, Instant updatedAt) {
        return new TestObservations(Channel.POLL, true, status, updatedAt, null, TransactionDetails.NONE);
    }

    static TestObservations socket(Status status, Instant occurredAt) {
        return socket(status.wireName(), occurredAt);
    }

    static TestObservations socket(String status, Instant occurredAt) {
        return new TestObservations(Channel.SOCKET, true, status, occurredAt, null, TransactionDetails.NONE);
    }

    static TestObservations webhook(Status status, Instant updatedAt) {
        return webhook(status.wireName(), updatedAt);
    }

    static TestObservations webhook(String status, Instant updatedAt) {
        return new TestObservations(Channel.WEBHOOK, false, status, updatedAt, null, TransactionDetails.NONE);
    }

    /** With an amount that nobody can read. */
    TestObservations withUnreadableAmount() {
        return new TestObservations(channel, authoritative, status, changedAt, askedAt, details, true);
    }

    /** A webhook that the operator vouches for. */
    TestObservations trusted() {
        return new TestObservations(channel, true, status, changedAt, askedAt, details, amountUnreadable);
    }

    TestObservations asked(Instant at) {
        return new TestObservations(channel, authoritative, status, changedAt, at, details, amountUnreadable);
    }

    TestObservations telling(TransactionDetails more) {
        return new TestObservations(channel, authoritative, status, changedAt, askedAt, more, amountUnreadable);
    }

    /** With final amounts, which may be null: not told. */
    TestObservations telling(String cryptoAmount, String fiatAmount) {
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
    TestObservations telling(String type, String currency, String network) {
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
