/** Handing an opened session to the hosted page that an app shows: by a code, once. */
package dev.rampgate.session.handoff;
