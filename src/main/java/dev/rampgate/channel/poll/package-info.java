/** Polls Proof for the transactions that are due, within one budget for all replicas. */
package dev.rampgate.channel.poll;
