package dev.rampgate.identity;

/**
 * The signed-in user on whose behalf a call is made.
 *
 * @param userId the company's own stable id; becomes Proof's {@code partner_user_id}
 * @param email becomes Proof's {@code user_email}; personal, never logged
 */
public record Caller(String userId, String email) {

    @Override
    public String toString() {
        return "Caller[" + userId + "]";
    }
}
