package dev.rampgate.ledger;

import java.time.Instant;

/**
 * What a piece of news says about a transaction beside its status. Every component may be null: not known.
 *
 * @param userId the company's id of the user, {@code partner_user_id} at Proof
 * @param type {@code buy} or {@code sell}
 * @param currency crypto currency
 * @param network blockchain network
 * @param requestedAmount crypto amount that the session asked for, a decimal string
 * @param cryptoAmount final crypto amount, a decimal string exactly as Proof sent it
 * @param fiatCurrency fiat currency
 * @param fiatAmount final fiat amount, a decimal string exactly as Proof sent it
 * @param paymentMethod for example {@code card}; only the socket tells it
 * @param createdAt Proof's time of creation
 */
public record TransactionDetails(
        String userId,
        String type,
        String currency,
        String network,
        String requestedAmount,
        String cryptoAmount,
        String fiatCurrency,
        String fiatAmount,
        String paymentMethod,
        Instant createdAt) {}
