/**
 * What Rampgate promises, asked of real processes: replicas of the packaged artifact on a real PostgreSQL that are killed,
 * cut off and overwhelmed, with a simulated Proof that misbehaves. How much of each: {@link dev.rampgate.fault.Scale}.
 * Tests with the tag {@code measures} judge how fast something was or how often: {@code .ci/run} runs no other fault test and no
 * test of the packaged artifact beside them.
 */
package dev.rampgate.fault;
