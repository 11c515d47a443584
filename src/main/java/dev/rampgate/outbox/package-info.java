/** Events for the company's other systems: how they are written, what order they have, and the feed that serves them. */
package dev.rampgate.outbox;
