/** Receives Proof's unsigned webhooks. */
package dev.rampgate.channel.webhook;
