package dev.rampgate.sandbox.transaction;

import java.time.Instant;

/**
 * One status of a transaction, and its time by the simulator's clock, including the skew. Amounts are decimal
 * strings, empty before {@code processing} (Proof contract, section 3).
 */
public record StatusChange(String status, Instant at, String cryptoAmount, String fiatAmount) {}
