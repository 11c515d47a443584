package dev.rampgate.sandbox.transaction;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The amounts a payment really comes to. They differ from the asked ones, as they may (Proof contract, section 3): the
 * contract's example asks 42.75 and gets 42.60 for 40.15 euros.
 */
public record FinalAmounts(String crypto, String fiat) {

    private static final BigDecimal AFTER_SPREAD = new BigDecimal("0.9965");
    private static final BigDecimal FIAT_RATE = new BigDecimal("0.9425");

    /** What a request for this much will come to. */
    public static FinalAmounts of(String requestedAmount) {
        BigDecimal requested = new BigDecimal(requestedAmount);
        int scale = Math.max(2, requested.scale());
        BigDecimal crypto = requested.multiply(AFTER_SPREAD).setScale(scale, RoundingMode.DOWN);
        BigDecimal fiat = crypto.multiply(FIAT_RATE).setScale(2, RoundingMode.HALF_UP);
        return new FinalAmounts(crypto.toPlainString(), fiat.toPlainString());
    }
}
