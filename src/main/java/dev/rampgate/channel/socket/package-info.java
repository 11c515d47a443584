/** Keeps a socket to Proof for each transaction that changed lately. */
package dev.rampgate.channel.socket;
