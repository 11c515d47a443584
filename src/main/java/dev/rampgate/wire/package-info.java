/** What holds for every text from outside, by whichever door it comes. */
package dev.rampgate.wire;
