/** The door for Proof's unsigned webhooks. */
package dev.rampgate.channel.webhook;
