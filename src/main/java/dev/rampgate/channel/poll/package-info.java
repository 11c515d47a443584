/** Asking Proof for what is due, within one budget for all replicas. */
package dev.rampgate.channel.poll;
