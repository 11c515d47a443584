/** The audit: entries of who did or read what, chained so that a change shows, and the check of the chain. */
package dev.rampgate.backoffice.audit;
