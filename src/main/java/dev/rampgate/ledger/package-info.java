/** The pure domain: statuses, observations, records, and the rules that decide. Plain Java; it knows nobody. */
package dev.rampgate.ledger;
