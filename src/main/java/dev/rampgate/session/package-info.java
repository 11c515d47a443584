/** Opening sessions: from a signed-in user's request to Proof's answer; the transaction is stored in between. */
package dev.rampgate.session;
