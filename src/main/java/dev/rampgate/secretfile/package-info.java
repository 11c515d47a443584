/** Files of secrets that are read again while the service runs. Depends on {@code telemetry} alone, for its alarms. */
package dev.rampgate.secretfile;
