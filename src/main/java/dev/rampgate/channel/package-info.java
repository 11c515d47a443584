/** The channels: each turns what Proof reports into observations and offers them to the stream. */
package dev.rampgate.channel;
