/** The one stream from observation to ledger, and the store that persists a batch. It knows the ledger. */
package dev.rampgate.reconcile;
