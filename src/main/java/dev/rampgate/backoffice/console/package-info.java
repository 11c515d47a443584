/**
 * The console: pages for people, at {@code /operate/console/} on the management port. To add pages, write a bean that implements
 * {@link dev.rampgate.backoffice.console.ConsolePages}; {@code docs/backoffice.md} shows the steps.
 */
package dev.rampgate.backoffice.console;
