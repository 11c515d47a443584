/**
 * The back office on the management port: who may call, which routes there are, and what they do.
 */
package dev.rampgate.backoffice;
