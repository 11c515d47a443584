package dev.rampgate.sandbox.transaction;

import java.time.Instant;

/**
 * One status that a transaction has had, and since when by the simulator's clock, skew included. Amounts are decimal
 * strings, empty before {@code processing} (Proof contract, section 3).
 */
public record StatusChange(String status, Instant at, String cryptoAmount, String fiatAmount) {}
