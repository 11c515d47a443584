/** Erasing what names a user. */
package dev.rampgate.privacy;
