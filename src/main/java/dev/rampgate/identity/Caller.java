package dev.rampgate.identity;

/**
 * The signed-in user on whose behalf a call is made.
 *
 * @param userId the company's own stable id, 1 to 128 printable characters; becomes Proof's {@code partner_user_id}
 * @param email becomes Proof's {@code user_email}; null if it is not known, since only a session needs it
 *     ({@link CurrentCaller#callerWithEmail}); personal, never logged
 */
public record Caller(String userId, String email) {

    @Override
    public String toString() {
        return "Caller[" + userId + "]";
    }
}
