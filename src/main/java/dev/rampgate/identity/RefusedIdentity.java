package dev.rampgate.identity;

import java.util.Locale;

/** The identity of a call is not accepted. Metrics and the log have the reason, the answer does not. */
class RefusedIdentity extends RuntimeException {

    /** Why. */
    enum Reason {
        /** The secret is missing, or occurs twice. */
        NO_SECRET("the gateway's secret is missing or occurs twice (rampgate.identity.header.secret-name)"),
        /** The secret is not ours. */
        WRONG_SECRET("the gateway's secret differs from rampgate.identity.header.secret"),
        /** No signed token of an allowed algorithm, or one that breaks a rule that has no reason of its own. */
        BAD_TOKEN(
                "no token signed by one of rampgate.identity.jwt.algorithms, without exp, not valid yet, or malformed"),
        /** The token is signed by a key that the issuer does not publish. */
        UNKNOWN_KEY("the issuer does not publish the token's key, or not for its algorithm"),
        /** The token's signature does not fit. */
        WRONG_SIGNATURE("none of the issuer's keys made the token's signature"),
        /** The token is of another issuer. */
        WRONG_ISSUER("the token's iss differs from rampgate.identity.jwt.issuer"),
        /** The token is meant for another audience. */
        WRONG_AUDIENCE("the token's aud names nothing of rampgate.identity.jwt.audience"),
        /** The token has expired. */
        EXPIRED("the token has expired"),
        /** The user's id is missing, occurs twice, or has a wrong form. */
        BAD_USER_ID("the user's id is missing, occurs twice, or is not 1 to 128 printable characters"
                + " (rampgate.identity.jwt.user-id-claim, rampgate.identity.header.user-id-name)"),
        /** The reference occurs twice, or has a wrong form. */
        BAD_REFERENCE("the reference occurs twice, or is not 1 to 128 printable characters"
                + " (rampgate.identity.jwt.reference-claim, rampgate.identity.header.reference-name)"),
        /** The e-mail address occurs twice; or a session was asked for, and it is missing or has a wrong form. */
        BAD_EMAIL("the user's e-mail address occurs twice; or a session was asked for, and the address is missing or"
                + " implausible (rampgate.identity.jwt.email-claim, rampgate.identity.header.email-name)");

        private final String meaning;

        Reason(String meaning) {
            this.meaning = meaning;
        }

        /** As metrics call it, for example {@code wrong_secret}. */
        String metricName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** For an operator: what was wrong, and the settings that decide it. */
        String meaning() {
            return meaning;
        }

        /** Whether keys that the issuer publishes by now may judge differently. */
        boolean mayBeOfANewKey() {
            return this == UNKNOWN_KEY || this == WRONG_SIGNATURE;
        }
    }

    private final Reason reason;

    RefusedIdentity(Reason reason) {
        super(reason.metricName(), null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
