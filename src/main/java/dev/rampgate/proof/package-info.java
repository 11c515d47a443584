/**
 * The client of Proof: {@link dev.rampgate.proof.ProofClient} for calls, {@link dev.rampgate.proof.ProofSocket} for
 * sockets, {@link dev.rampgate.proof.StatusReports} for what webhooks bring. Nobody else knows Proof's JSON, its errors
 * or its token. What goes wrong comes out as a {@link dev.rampgate.proof.ProofFailure}.
 */
package dev.rampgate.proof;
