/**
 * How the process starts: its main class, the tasks {@code --migrate} and {@code --smoke}, settings and secret
 * files, clock and randomness.
 */
package dev.rampgate.startup;
