package dev.rampgate.books.imports;

import java.time.Instant;

/**
 * One transaction of a statement. What is null was not said.
 *
 * @param line where its row begins, from 1
 * @param status as Proof's API spells it
 * @param cryptoAmount a plain decimal
 * @param fiatAmount likewise
 */
record ImportedRow(
        long line,
        String transactionId,
        String status,
        String cryptoAmount,
        String currency,
        String fiatAmount,
        String fiatCurrency,
        Instant updatedAt) {}
