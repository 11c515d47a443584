/** What every room says of its settings in the same way. */
package dev.rampgate.settings;
