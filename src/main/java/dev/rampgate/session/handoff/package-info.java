/** Hands an opened session to the hosted page that an app shows: by a code that works once. */
package dev.rampgate.session.handoff;
