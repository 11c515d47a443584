package dev.rampgate.sandbox.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The bearer tokens that Proof accepts: the partner's current one, for a grace period after a rotation also the previous one,
 * and that of another partner, if there is one.
 */
public final class ClientTokens {

    /** The result of checking an {@code Authorization} header. */
    public enum TokenState {
        /** No bearer token was sent. */
        MISSING,
        /** A token that is unknown, or whose grace period after a rotation has ended. */
        INVALID,
        /** The current token. */
        CURRENT,
        /** The previous token, within its grace period. */
        PREVIOUS,
        /** The token of another partner. */
        OTHER_PARTNER
    }

    private static final String SCHEME = "Bearer ";

    private final InstantSource clock;
    private String current;
    private String previous;
    private Instant previousUntil = Instant.MIN;
    private String ofOtherPartner;

    /** @param ofOtherPartner null if there is none */
    ClientTokens(InstantSource clock, String current, String ofOtherPartner) {
        this.clock = clock;
        this.current = current;
        this.ofOtherPartner = ofOtherPartner;
    }

    /** Sets the token of another partner; null removes that partner. */
    public synchronized void otherPartner(String token) {
        ofOtherPartner = token;
    }

    /** Sets a new token; the old one stays valid for the grace period (Proof contract, section 1). */
    public synchronized void rotate(String newToken, Duration grace) {
        if (newToken == null || newToken.isBlank()) {
            throw new IllegalArgumentException("a client token is not blank");
        }
        previous = current;
        previousUntil = clock.instant().plus(grace);
        current = newToken;
    }

    synchronized TokenState check(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return TokenState.MISSING;
        }
        String token = authorization.substring(SCHEME.length()).trim();
        if (token.isEmpty()) {
            return TokenState.MISSING;
        }
        if (token.equals(current)) {
            return TokenState.CURRENT;
        }
        if (token.equals(ofOtherPartner)) {
            return TokenState.OTHER_PARTNER;
        }
        return token.equals(previous) && clock.instant().isBefore(previousUntil)
                ? TokenState.PREVIOUS
                : TokenState.INVALID;
    }
}
