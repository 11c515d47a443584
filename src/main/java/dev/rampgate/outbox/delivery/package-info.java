/** Signed webhooks to the company's endpoints: settings, secrets, the queue, the sender, retries and the circuit of each endpoint. */
package dev.rampgate.outbox.delivery;
