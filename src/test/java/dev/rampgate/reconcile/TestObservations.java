package dev.rampgate.reconcile;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Observations for tests, as the contract's examples have them. */
public final class TestObservations {

    private final String id;
    private final TransactionDetails details;

    private TestObservations(String id, TransactionDetails details) {
        this.id = id;
        this.details = details;
    }

    static TestObservations news(String id) {
        return new TestObservations(
                id,
                new TransactionDetails("cust-8841", "buy", "USDC", "ERC20", "42.750", null, null, null, null, null));
    }

    TestObservations amounts(String crypto, String fiat) {
        return new TestObservations(
                id,
                new TransactionDetails("cust-8841", "buy", "USDC", "ERC20", "42.750", crypto, "EUR", fiat, null, null));
    }

    TestObservations details(String type, String currency) {
        return new TestObservations(
                id,
                new TransactionDetails("cust-8841", type, currency, "ERC20", "42.750", null, null, null, null, null));
    }

    Observation session() {
        return observation(Channel.SESSION, true, "pending", null, null);
    }

    Observation polled(String status, Instant updatedAt) {
        return observation(Channel.POLL, true, status, updatedAt, now());
    }

    Observation pushed(String status, Instant occurredAt) {
        return observation(Channel.SOCKET, true, status, occurredAt, null);
    }

    Observation reported(String status, Instant updatedAt) {
        return observation(Channel.WEBHOOK, false, status, updatedAt, null);
    }

    private Observation observation(
            Channel channel, boolean authoritative, String status, Instant changedAt, Instant askedAt) {
        return new Observation(
                UUID.randomUUID(), channel, authoritative, id, status, changedAt, askedAt, now(), details, "{}");
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
