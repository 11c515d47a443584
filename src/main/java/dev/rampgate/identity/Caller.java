package dev.rampgate.identity;

/**
 * The signed-in user on whose behalf a call is made.
 *
 * @param userId the company's own stable id, 1 to 128 printable characters; becomes Proof's {@code partner_user_id}
 * @param email becomes Proof's {@code user_email}; null if it is not known, since only a session needs it
 *     ({@link CurrentCaller#callerWithEmail}); personal, never logged
 * @param reference what the gateway or the token calls the session that the user may open, 1 to 128 printable characters; null
 *     if it names none
 */
public record Caller(String userId, String email, String reference) {

    /** A caller whose gateway names no reference. */
    public Caller(String userId, String email) {
        this(userId, email, null);
    }

    @Override
    public String toString() {
        return "Caller[" + userId + "]";
    }
}
