/**
 * What Rampgate promises, asked of real processes: replicas of the packaged artifact on a real PostgreSQL that are killed,
 * cut off and overwhelmed, with a simulated Proof that misbehaves. How much of each: {@link dev.rampgate.fault.Scale}.
 */
package dev.rampgate.fault;
