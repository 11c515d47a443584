/**
 * Which transactions are due to be polled, and the budget of calls that all replicas share. Owns the tables {@code
 * poll} and {@code poll_budget}.
 */
package dev.rampgate.pollqueue;
