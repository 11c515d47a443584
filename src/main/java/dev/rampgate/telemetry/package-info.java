/** How the process speaks about itself. Depends on no other package. */
package dev.rampgate.telemetry;
