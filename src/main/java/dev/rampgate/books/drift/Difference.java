package dev.rampgate.books.drift;

import java.time.Instant;

/**
 * A difference between Proof and the record about one transaction.
 *
 * @param transactionId the transaction
 * @param kind how they differ
 * @param here the record; null if it has none
 * @param there Proof; null if it has none
 * @param realFrom until then it may be a matter of timing
 */
public record Difference(String transactionId, BreakKind kind, Here here, There there, Instant realFrom) {

    /** What the record has, as a break keeps it. */
    Break.Side hereSide() {
        return here == null
                ? Break.Side.NOTHING
                : new Break.Side(here.status(), here.cryptoAmount(), here.fiatAmount(), here.fiatCurrency());
    }

    /** What Proof has, as a break keeps it. */
    Break.Side thereSide() {
        return there == null
                ? Break.Side.NOTHING
                : new Break.Side(there.status(), there.cryptoAmount(), there.fiatAmount(), there.fiatCurrency());
    }
}
