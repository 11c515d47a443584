package dev.rampgate.support;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import java.time.Instant;
import java.util.UUID;

/**
 * Builds the observations of tests. A test names the channel, the status and what else matters to it, and then when and
 * about which transaction the observation is received.
 */
public record TestObservation(
        Channel channel,
        boolean authoritative,
        String status,
        Instant changedAt,
        Instant askedAt,
        TransactionDetails details,
        boolean amountUnreadable) {

    /** The answer of the session call: a purchase of 42.75 USDC by customer 8841. */
    public static TestObservation session() {
        TransactionDetails requested = TransactionDetails.of("buy", "USDC", "ERC20")
                .withUser("customer-8841")
                .withRequestedAmount("42.75")
                .withFiat("EUR", null);
        return of(Channel.SESSION, true, "pending", null).with(requested);
    }

    /** A poll; {@code completed} has amounts. */
    public static TestObservation poll(Status status, Instant updatedAt) {
        TestObservation poll = poll(status.wireName(), updatedAt);
        return status == Status.COMPLETED ? poll.with("42.60", "40.15") : poll;
    }

    public static TestObservation poll(String status, Instant updatedAt) {
        return of(Channel.POLL, true, status, updatedAt);
    }

    public static TestObservation socket(Status status, Instant occurredAt) {
        return socket(status.wireName(), occurredAt);
    }

    public static TestObservation socket(String status, Instant occurredAt) {
        return of(Channel.SOCKET, true, status, occurredAt);
    }

    public static TestObservation webhook(Status status, Instant updatedAt) {
        return webhook(status.wireName(), updatedAt);
    }

    public static TestObservation webhook(String status, Instant updatedAt) {
        return of(Channel.WEBHOOK, false, status, updatedAt);
    }

    /** With an amount that cannot be read. */
    public TestObservation withUnreadableAmount() {
        return new TestObservation(channel, authoritative, status, changedAt, askedAt, details, true);
    }

    /** A webhook that the operator trusts. */
    public TestObservation trusted() {
        return new TestObservation(channel, true, status, changedAt, askedAt, details, amountUnreadable);
    }

    /** A poll that was sent at this time. */
    public TestObservation asked(Instant at) {
        return new TestObservation(channel, authoritative, status, changedAt, at, details, amountUnreadable);
    }

    public TestObservation with(TransactionDetails replacement) {
        return new TestObservation(channel, authoritative, status, changedAt, askedAt, replacement, amountUnreadable);
    }

    /** With final amounts in euros; null leaves an amount out. */
    public TestObservation with(String cryptoAmount, String fiatAmount) {
        return with(TransactionDetails.of(details.type(), details.currency(), details.network())
                .withUser(details.userId())
                .withRequestedAmount(details.requestedAmount())
                .withCryptoAmount(cryptoAmount)
                .withFiat("EUR", fiatAmount)
                .withPaymentMethod(details.paymentMethod())
                .withCreatedAt(details.createdAt()));
    }

    /** With the details that can never change. */
    public TestObservation with(String type, String currency, String network) {
        return with(TransactionDetails.of(type, currency, network)
                .withUser(details.userId())
                .withRequestedAmount(details.requestedAmount())
                .withCryptoAmount(details.cryptoAmount())
                .withFiat(details.fiatCurrency(), details.fiatAmount())
                .withPaymentMethod(details.paymentMethod())
                .withCreatedAt(details.createdAt()));
    }

    /** As it is received. A poll without a time of its own was sent at the time of its receipt. */
    public Observation received(String transactionId, Instant at) {
        Instant asked = channel == Channel.POLL && askedAt == null ? at : askedAt;
        return new Observation(
                UUID.randomUUID(),
                channel,
                authoritative,
                transactionId,
                status,
                changedAt,
                asked,
                at,
                details,
                amountUnreadable,
                "{}");
    }

    private static TestObservation of(Channel channel, boolean authoritative, String status, Instant changedAt) {
        return new TestObservation(channel, authoritative, status, changedAt, null, TransactionDetails.NONE, false);
    }
}
