/** How the process speaks about itself. Depends on {@code ledger} alone, whose decisions spans show. */
package dev.rampgate.telemetry;
