/** The ledger in PostgreSQL: one batch in one transaction, and the archive of observations. */
package dev.rampgate.reconcile.postgres;
