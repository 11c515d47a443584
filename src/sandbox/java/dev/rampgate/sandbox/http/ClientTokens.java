package dev.rampgate.sandbox.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The bearer tokens that Proof knows: the partner's current one and, for a grace period after a rotation, the one before;
 * and that of another partner, if there is one.
 */
public final class ClientTokens {

    /** What an {@code Authorization} header is worth. */
    public enum Standing {
        /** No bearer token was sent. */
        MISSING,
        /** A token that is unknown, or was rotated away and out of grace. */
        INVALID,
        /** The token in use. */
        CURRENT,
        /** The token before the last rotation, still in grace. */
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

    /** Lets another partner call, or nobody if null. */
    public synchronized void otherPartner(String token) {
        ofOtherPartner = token;
    }

    /** Issues a new token; the old one stays good for the grace period (Proof contract, section 1). */
    public synchronized void rotate(String newToken, Duration grace) {
        if (newToken == null || newToken.isBlank()) {
            throw new IllegalArgumentException("a client token is not blank");
        }
        previous = current;
        previousUntil = clock.instant().plus(grace);
        current = newToken;
    }

    synchronized Standing state(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Standing.MISSING;
        }
        String token = authorization.substring(SCHEME.length()).trim();
        if (token.isEmpty()) {
            return Standing.MISSING;
        }
        if (token.equals(current)) {
            return Standing.CURRENT;
        }
        if (token.equals(ofOtherPartner)) {
            return Standing.OTHER_PARTNER;
        }
        return token.equals(previous) && clock.instant().isBefore(previousUntil) ? Standing.PREVIOUS : Standing.INVALID;
    }
}
