package dev.rampgate.books.drift;

import java.time.Instant;

/**
 * One transaction as the record has it.
 *
 * @param status as Proof spells it
 * @param cryptoAmount a plain decimal; null if not known
 * @param fiatAmount likewise
 * @param currency crypto currency; null if not known
 * @param fiatCurrency null if not known
 * @param settled whether the record expects no change
 * @param asOf {@code updated_at} of the last poll that was applied; null if none was
 * @param changedAt our time of the last accepted change
 * @param createdAt when it was created
 */
public record Here(
        String status,
        String cryptoAmount,
        String fiatAmount,
        String currency,
        String fiatCurrency,
        boolean settled,
        Instant asOf,
        Instant changedAt,
        Instant createdAt) {}
