/** Checks of texts and secrets that come from outside, whatever channel they come by. */
package dev.rampgate.wire;
