package dev.rampgate.sandbox.transaction;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The final amounts of a payment. They may differ from the requested ones (Proof contract, section 3): the contract's example
 * requests 42.75 and gets 42.60 for 40.15 euros.
 */
public record FinalAmounts(String crypto, String fiat) {

    private static final BigDecimal AFTER_SPREAD = new BigDecimal("0.9965");
    private static final BigDecimal FIAT_RATE = new BigDecimal("0.9425");

    /** The final amounts for a requested crypto amount. */
    public static FinalAmounts of(String requestedAmount) {
        BigDecimal requested = new BigDecimal(requestedAmount);
        int scale = Math.max(2, requested.scale());
        BigDecimal crypto = requested.multiply(AFTER_SPREAD).setScale(scale, RoundingMode.DOWN);
        BigDecimal fiat = crypto.multiply(FIAT_RATE).setScale(2, RoundingMode.HALF_UP);
        return new FinalAmounts(crypto.toPlainString(), fiat.toPlainString());
    }
}
