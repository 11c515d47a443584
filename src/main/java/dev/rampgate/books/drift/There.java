package dev.rampgate.books.drift;

import java.time.Instant;

/**
 * One transaction as Proof says it, by a call or in a statement. What is null was not said.
 *
 * @param status as it was spelled; not null
 * @param cryptoAmount a plain decimal
 * @param fiatAmount likewise
 * @param currency crypto currency
 * @param fiatCurrency fiat currency
 * @param amountUnreadable whether an amount was there that could not be read
 * @param updatedAt Proof's time of the last change
 */
public record There(
        String status,
        String cryptoAmount,
        String fiatAmount,
        String currency,
        String fiatCurrency,
        boolean amountUnreadable,
        Instant updatedAt) {}
