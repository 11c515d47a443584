/** Who calls. */
package dev.rampgate.identity;
