/**
 * The pure rules: statuses, observations, records, and the decision about each observation. Plain Java; depends on
 * no other package.
 */
package dev.rampgate.ledger;
