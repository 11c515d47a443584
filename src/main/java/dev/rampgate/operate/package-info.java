/** What the platform asks and sets: health, the clock, chance. */
package dev.rampgate.operate;
