package dev.rampgate.identity;

import java.util.Locale;

/** What a call said about its user is not believed. The caller is told no reason; metrics are. */
class RefusedIdentity extends RuntimeException {

    /** Why. */
    enum Reason {
        /** The secret is missing, or stands twice. */
        NO_SECRET,
        /** The secret is not ours. */
        WRONG_SECRET,
        /** No signed token of an allowed algorithm, or one that breaks a rule that has no reason of its own. */
        BAD_TOKEN,
        /** The token is signed by a key that the issuer does not publish. */
        UNKNOWN_KEY,
        /** The token's signature does not fit. */
        WRONG_SIGNATURE,
        /** The token is of another issuer. */
        WRONG_ISSUER,
        /** The token is meant for somebody else. */
        WRONG_AUDIENCE,
        /** The token's time is over. */
        EXPIRED,
        /** The user's id is missing, stands twice, or has a wrong form. */
        BAD_USER_ID,
        /** The same of the e-mail address. */
        BAD_EMAIL;

        /** As metrics call it, for example {@code wrong_secret}. */
        String metricName() {
            return name().toLowerCase(Locale.ROOT);
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
