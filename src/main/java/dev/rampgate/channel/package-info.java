/** Where observations come from; each channel makes them of what Proof reports and hands them to the stream. */
package dev.rampgate.channel;
