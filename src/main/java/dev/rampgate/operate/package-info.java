/**
 * Operation of a replica: health checks, metrics of the ledger, the orderly shutdown, and the OpenAPI description.
 */
package dev.rampgate.operate;
