/**
 * Startup: the main class, the tasks {@code --migrate} and {@code --smoke}, checks of settings, secret files, the clock and the
 * source of randomness.
 */
package dev.rampgate.startup;
