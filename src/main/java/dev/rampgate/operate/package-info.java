/**
 * What the platform asks of a replica: health, metrics of the ledger, the orderly shutdown, the description of the
 * interface.
 */
package dev.rampgate.operate;
