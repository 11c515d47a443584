/** Erases what identifies a user. */
package dev.rampgate.privacy;
