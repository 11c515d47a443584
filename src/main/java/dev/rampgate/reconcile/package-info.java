/** The one stream from observation to ledger: lanes, batches, decisions, what listens to commits, and the backlog. */
package dev.rampgate.reconcile;
