/**
 * The client of Proof: {@link dev.rampgate.proof.ProofClient} for calls, {@link dev.rampgate.proof.ProofSocket} for
 * sockets, {@link dev.rampgate.proof.StatusReports} for what webhooks bring. No other package knows Proof's JSON, its errors
 * or its token. Every failure is a {@link dev.rampgate.proof.ProofFailure}.
 */
package dev.rampgate.proof;
