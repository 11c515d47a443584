/** Opening sessions: from a signed-in user's request to Proof's answer, with the transaction stored on the way. */
package dev.rampgate.session;
