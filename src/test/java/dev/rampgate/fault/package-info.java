/**
 * What Rampgate promises, asked of real processes: replicas of the packaged artifact on a real PostgreSQL that are killed,
 * cut off and overwhelmed, with a simulated Proof that misbehaves. How much of each: {@link dev.rampgate.fault.Scale}.
 * Tests with the tag {@code measures} judge how fast something was or how often: in {@code .ci/run} nothing runs beside them.
 */
package dev.rampgate.fault;
